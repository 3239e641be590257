/**
 * What the API sends; GET /api/openapi.json says what each field means. Times are milliseconds since the session's
 * upgrade request; null = unknown.
 *
 * @typedef {"user"|"transcription"|"response"|"playback"|"tool"} Lane
 * @typedef {"good"|"fair"|"bad"} Health
 * @typedef {{kind: string, count: number}} Trouble
 * @typedef {{last: number|null, p50: number|null, p95: number|null}} Percentiles
 * @typedef {Record<string, string|number|boolean|null>} Detail
 *
 * @typedef {object} Summary
 * @property {string} id
 * @property {string|null} session_id
 * @property {string|null} model
 * @property {string|null} transcription_model
 * @property {string|null} purpose
 * @property {string|null} started_at
 * @property {number|null} duration_ms
 * @property {"connecting"|"live"|"ended"|"refused"} state
 * @property {string|null} end
 * @property {{code: number|null, by: string|null, reason: string|null}|null} close
 * @property {string|null} recording
 * @property {string|null} trace_id
 * @property {Health} health
 * @property {Trouble[]} troubles
 * @property {number} turns
 * @property {number} interruptions
 * @property {number} truncations
 * @property {number} tool_calls
 * @property {Percentiles|null} turn_latency_ms
 * @property {number|null} cost_usd
 * @property {string|null} expires_at
 * @property {number} revision
 *
 * @typedef {{start_ms: number, end_ms: number|null, kind: "wait"|"unheard"|"underrun"|"silence"}} Part
 *
 * @typedef {object} Span
 * @property {number} id
 * @property {Lane} lane
 * @property {number|null} start_ms
 * @property {number|null} end_ms null while it goes on, and where it is not known
 * @property {boolean} [open] it goes on
 * @property {number|null} turn
 * @property {string} label
 * @property {string|null} outcome
 * @property {Detail} detail
 * @property {Part[]} parts
 * @property {string|null} trace_id
 *
 * @typedef {object} Mark
 * @property {number} id
 * @property {number|null} at_ms
 * @property {Lane|null} lane
 * @property {string} kind
 * @property {number|null} turn
 * @property {string} label
 * @property {Detail} detail
 * @property {"info"|"warning"|"bad"} severity
 *
 * @typedef {object} Latency
 * @property {number|null} total_ms
 * @property {number|null} raw_ms
 * @property {number|null} vad_wait_ms
 * @property {number|null} model_ms
 * @property {number|null} tools_ms
 * @property {number|null} rest_ms
 *
 * @typedef {object} Turn
 * @property {number} turn
 * @property {string} opened_by
 * @property {number|null} began_ms
 * @property {number|null} ended_ms
 * @property {string|null} outcome
 * @property {Latency|null} latency
 * @property {string|null} trace_id
 *
 * @typedef {object} Event
 * @property {number} n
 * @property {number|null} at_ms
 * @property {number|null} until_ms
 * @property {"client"|"server"} sender
 * @property {string} type
 * @property {number} count
 * @property {number|null} turn
 * @property {string|null} note
 *
 * @typedef {object} RateLimit the last word on it
 * @property {number|null} limit
 * @property {number|null} remaining
 * @property {number|null} reset_seconds from at_ms on
 * @property {number|null} at_ms
 *
 * @typedef {object} Figures
 * @property {Record<string, number>} tokens
 * @property {number|null} cost_usd
 * @property {number} input_audio_seconds
 * @property {number} generated_audio_seconds
 * @property {number} unheard_audio_seconds
 * @property {Record<string, RateLimit>} rate_limits by name
 * @property {Record<"turn"|"first_audio"|"transcription"|"tool", [number|null, number][]>} latencies
 *
 * @typedef {{spans: number, marks: number, turns: number, events: number}} Dropped  numbers up to which all is gone
 * @typedef {Record<string, string|number|boolean|null>} Configuration
 *
 * @typedef {object} SessionsSnapshot
 * @property {string} epoch
 * @property {number} revision
 * @property {string} version
 * @property {boolean} content
 * @property {Record<string, number>} limits
 * @property {Summary[]} sessions
 *
 * @typedef {object} SessionSnapshot
 * @property {string} epoch
 * @property {number} revision
 * @property {Summary} summary
 * @property {Configuration} configuration
 * @property {Span[]} spans
 * @property {Mark[]} marks
 * @property {Turn[]} turns
 * @property {Figures} figures
 * @property {Dropped} dropped
 *
 * @typedef {{events: Event[], next: number|null, dropped: number}} EventsPage
 * @typedef {{epoch: string, revision: number, sessions: Summary[], gone: string[]}} SessionsChange
 *
 * @typedef {object} SessionChange
 * @property {string} epoch
 * @property {number} revision
 * @property {string} id
 * @property {Summary|null} [summary]
 * @property {Configuration} [configuration]
 * @property {Span[]} [spans]
 * @property {Mark[]} [marks]
 * @property {Turn[]} [turns]
 * @property {Figures|null} [figures]
 * @property {Event[]} [events]
 * @property {Dropped} [dropped]
 */

export {};
