"""What is promised, and when somebody is told: every threshold of boards and alerts, with its reason.

The figures are defaults for a voice agent that talks to people. Change them here and run `make boards`: boards,
alerts and the Kubernetes manifests follow.
"""

from typing import Literal, NamedTuple


class Objective(NamedTuple):
    """A share of good events among all, that is to be kept over 30 days."""

    good: float
    """From 0 to 1."""

    @property
    def budget(self) -> float:
        """The share that may be bad."""
        return round(1 - self.good, 6)


TRANSCRIPTION = Objective(0.99)
"""Of what users say, transcribed. Agents that read transcripts (guards, notes, routing) are blind where one is
missing, and the call itself does not show it. A healthy service fails in far less than one of a hundred; `empty` is
no failure, for people cough."""

TURN_LATENCY = Objective(0.95)
"""Of turns, answered within TURN_LATENCY_SECONDS."""
TURN_LATENCY_SECONDS = 1.5
"""Voice to voice, as voicetap measures it: without the client's playback. Published figures of two million
production calls have their median under 1.5 s and call more than 1.7 s critical; guides ask for 0.8 s, which few
reach. It has to be a bound of the histogram's buckets."""
FAST_TURN_SECONDS = 0.8
"""What guides ask for, and the pace of people among themselves. It is shown and nobody is held to it; a bound too."""
SLOW_TURN_SECONDS = 3.0
"""A turn that callers talk over, because they think that nobody listens. 95 of 100 production turns are under 3.5 s."""

FIRST_AUDIO_SECONDS = 0.8
"""Of the model alone, from the request of a response to its first audio. Vendors state 0.3 to 0.5 s."""
VAD_WAIT_SECONDS = 0.5
"""The silence after which servers take speech to be over where nobody configures another: 0.5 s in the API's
examples."""

RESPONSE = Objective(0.99)
"""Of responses, not failed. A failed response is a question that nobody answers; `cancelled` is a user who spoke,
and `incomplete` a limit that the operator chose."""

SESSION_START = Objective(0.99)
"""Of connections, become a session. What remains are clients that leave before, and restarts of the server."""


class Burn(NamedTuple):
    """How fast a budget of 30 days may be spent before somebody is told: SRE workbook, chapter 5, table 5-8."""

    rate: float
    """Times the rate that would spend the budget in just 30 days."""
    long: str
    """The window that decides."""
    short: str
    """The window that ends the alert soon after its cause."""
    severity: Literal["critical", "warning"]
    events: int
    """At least so many in the long window. One bad event alone never reaches the rate with so many: with a budget of
    1 % one failure burns at 100 / events."""


FAST_BURN = Burn(14.4, "1h", "5m", "critical", 20)
"""2 % of the budget in an hour."""
STEADY_BURN = Burn(6, "6h", "30m", "critical", 40)
"""5 % in six hours."""
CREEPING_BURN = Burn(1, "3d", "6h", "warning", 300)
"""10 % in three days: at this rate nothing is left at the end. A day at three times the rate, which others watch
besides, spends as much, and is told of at the same moment."""
BURNS = (FAST_BURN, STEADY_BURN, CREEPING_BURN)

LATENCY_BURNS = (FAST_BURN, STEADY_BURN._replace(severity="warning"), CREEPING_BURN)
"""Slow is not silent: somebody is woken where most turns are slow. Of turns with 1.4 s in the middle and 3.5 s at the
95th percentile, which the published figures call healthy, 45 % are slower than TURN_LATENCY_SECONDS."""

LAST_KNOWN = "1h"
"""For so long the last figure of a short window counts where calls are so few that it has none. Without, an outage
would seem to be over whenever nobody calls for five minutes."""

INTERRUPTION_RATIO = 0.5
"""Interruptions of spoken answers. People cut off an answer in five; where every second one is cut off, echo or
noise is taken for speech, or answers are too long."""
TRUNCATION_RATIO = 0.4
"""Truncations of spoken answers; somewhat fewer than interruptions, for not every client truncates."""
UNHEARD_RATIO = 0.3
"""Of the generated audio, paid for and cut away. Generation is many times faster than speech, so each interruption
throws most of an answer away; a third means that answers are longer than anybody wants to hear."""

DEAD_AIR_RATIO = 0.02
"""Waits of more than 5 s, of turns. Callers hang up, or ask whether anybody is there."""
DEAD_AIR = Objective(1 - DEAD_AIR_RATIO)
"""Of turns, without such a wait: its budget is what alerts are about."""

RATE_LIMIT_LEFT = 0.1
"""Of a rate limit. A burst of new calls takes a tenth within a minute, and then responses fail."""

EVENT_LOOP_LAG_SECONDS = 0.1
"""By how much voicetap itself may delay a call: a packet of audio is 20 to 100 ms long, so more than that is heard."""

JOB = "voicetap"
"""What Prometheus calls voicetap's targets. The alerts on `up` and on memory need it: all jobs have such series."""


class Few(NamedTuple):
    """What is told of where there are too few events for a burn rate."""

    bad: int
    """Events, at least. One is chance, two may be one caller who tried again."""
    ratio: float
    """Of all events, more than this were bad."""
    window: str
    long: str
    """Where not even so many come in the window."""


FEW = Few(3, 0.5, "30m", "6h")
"""Three failures in half an hour, or in six where there is a call an hour, and more failures than successes: no chance,
however little traffic there is. Of faults that should not be there at all (silent sessions, gaps, sinks), the number
alone is worth a word."""

WINDOW = "1h"
"""Over which a ratio is judged that has no budget: long enough for a number of calls, and over within the hour."""
LASTING = "15m"
"""For so long it has to be so before somebody is told: what mends itself sooner is on the boards."""
MOMENT = "10m"
"""Over which states are judged. Shorter than LASTING, so that a single bad reading is gone before it is told of."""
DOWN_FOR = "5m"
"""Longer than a restart, or the scrape or two that a busy process misses."""
LEAST_EVENTS = 20
"""In WINDOW, below which a ratio says nothing: one of 20 is 5 %, less than any ratio that stands with this guard."""

STOPPED_IN = "30m"
"""Over which it is judged that what should come does not."""
STOPPED_PAST = "1w"
"""When as many calls are expected as now: habits differ between hours and days, not weeks."""
STOPPED_CALLS = 20
"""Calls in STOPPED_IN a week ago, and in six hours today, before it means anything that none comes: by chance that is
so once in 500 million. That there were some today keeps holidays and last week's load test from waking anybody."""
STOPPED_STARTS = 10
"""Sessions in STOPPED_IN, before it means anything that nobody says anything in them: each may be a wrong number."""
STOPPED_KNOWN = 300
"""Sessions, or turns, of three days before anybody knows what is usual: not at once after the rules are installed."""
STOPPED_LEFT = 0.2
"""Of what the last three days have to each call, or to each turn: less is no change of habits."""

RESTARTS = 3
"""In WINDOW, of one process. A rollout, and its being taken back, are two."""

CUT_OFF_TRANSCRIPTION_RATIO = 0.5
"""Transcriptions that the end of the call cut off, of all. Of a call of two turns or more only the last may be, when
the caller hangs up with the last word: more than half means that they do not come, and that calls are too short to
see it by the timeout of 15 s."""

REJECTED_TRUNCATION_RATIO = 0.1
"""Of the truncations that clients ask for. Clients estimate what was heard, and some overshoot now and then; where
one of ten is refused, the model goes on believing that the user heard what it did not."""

SILENT_SESSION_RATIO = 0.01
"""Sessions that fell silent after an error, of turns. Each is a call that is dead while the line is open."""

INTERRUPTION_WINDOW, INTERRUPTION_PAST = "2h", "1w"
"""What is compared with what, to see that interruptions are gone: people's habits differ between hours, not weeks."""
INTERRUPTIONS_LEFT = 0.2
"""Of the interruption ratio of the past. Habits do not change so fast: barge-in is broken, and the agent talks on."""
INTERRUPTIONS_EXPECTED = 20
"""By that ratio, before their absence says anything: where 20 are expected, 4 or fewer come by chance in one of
60,000 cases."""

ABNORMAL_CLOSE_RATIO = 0.1
"""Of the connections that ended: by one side, with another code than 1000, 1001 or none (1005), or than those of a
refusal (3000, 4000), which SESSION_START is about. Networks fail and processes end; one of ten is no background any
more."""
BREAKDOWN_RATIO = 0.5
"""Of the same: where most calls break off, somebody is woken."""

SESSIONS_EXPIRING = 3
"""Within five minutes, at the limit of the API (60 minutes at OpenAI). One is a long call; several at once are a
client that does not renew its sessions."""

OBSERVER_GAP_RATIO = 0.01
"""Of connections. Below that no figure is off by more than a hundredth for want of what was not understood."""

EVENT_LOOP_LAG_RATIO = 0.02
"""Of seconds, those whose worst lag was above EVENT_LOOP_LAG_SECONDS. A start or a burst is a second or two in ten
minutes (0.3 %); 2 % is a process that has more to do than its core can."""

MEMORY_GROWTH_BYTES = 64 * 2**20
"""More than on the day before at the same time, two days running: what the first busy day of a process leaves with the
allocator is a step, and comes once. Memory does not grow with the length of sessions; this much in a day is 2.7 MiB an
hour."""
MEMORY_SESSION_BYTES = 128 * 2**10
"""What an active session may take, so that growth of traffic is no growth of memory."""

UNKNOWN_EVENTS = 10
"""In WINDOW; fewer are somebody who tries something out."""
UNKNOWN_EVENT_RATIO = 0.001
"""Of events. A turn is a hundred or more of them, so that a type that comes once in a turn is well above."""
