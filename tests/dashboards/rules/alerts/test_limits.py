"""A rate limit is nearly used up."""

from pathlib import Path

import pytest

from support.promtool import FAULT, HEALTH, ONE_FAILURE, RESOLVED, Firing, Moment, Story, holds, names, stays

ALERT = "VoicetapRateLimitNearlyUsedUp"


def remaining(instance: str, name: str) -> str:
    return (
        f'voicetap_rate_limit_remaining{{job="voicetap", instance="{instance}", model="gpt-realtime", name="{name}"}}'
    )


def limit(instance: str, name: str) -> str:
    return remaining(instance, name).replace("remaining", "limit")


USED_UP = Story(
    "one process of two is told again and again that there is little left",
    (ALERT,),
    {
        remaining("10.0.0.1:9464", "tokens"): stays((60, 30_000), *((4, None), (1, 2_000)) * 6, (60, 30_000)),
        limit("10.0.0.1:9464", "tokens"): stays((60, 40_000), *((4, None), (1, 40_000)) * 6, (60, 40_000)),
        remaining("10.0.0.2:9464", "tokens"): stays((150, 30_000)),
        limit("10.0.0.2:9464", "tokens"): stays((150, 40_000)),
        # A server that names no limit.
        remaining("10.0.0.2:9464", "requests"): stays((150, 1)),
    },
    [
        Moment("1h", HEALTH),
        Moment("1h15m", HEALTH),
        Moment(
            "1h20m",
            FAULT,
            [
                Firing(
                    ALERT,
                    "warning",
                    {"job": "voicetap", "model": "gpt-realtime", "name": "tokens"},
                    "gpt-realtime is about to run out of tokens",
                    "For 15 minutes less than 10% of the limit of tokens was left time and again, now 5%. When it is "
                    "used up, responses fail.",
                    "/d/voicetap-cost?var-job=voicetap",
                )
            ],
        ),
        Moment("1h45m", RESOLVED),
    ],
)
ONE_READING = Story(
    "one long response, after which there is enough again",
    (ALERT,),
    {
        remaining("10.0.0.1:9464", "tokens"): stays((60, 30_000), (1, 2_000), (60, 30_000)),
        limit("10.0.0.1:9464", "tokens"): stays((121, 40_000)),
    },
    [Moment(at, ONE_FAILURE) for at in ("1h", "1h5m", "1h15m", "1h30m")],
)

STORIES = [USED_UP, ONE_READING]


@pytest.mark.slow
@pytest.mark.parametrize("story", STORIES, ids=names(STORIES))
def test_it_is_told(story: Story, tmp_path: Path) -> None:
    holds(story, tmp_path)
