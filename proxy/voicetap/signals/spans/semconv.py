"""The names of attributes: OpenTelemetry's for generative AI and HTTP, OpenInference's, Langfuse's, and our own.

Those for generative AI are in development, and are not in any released Python package with their modalities. So they
stand here, and nowhere else, behind the version that they are taken from.
"""

GEN_AI_CONVENTIONS = "1.41.1"
"""Of open-telemetry/semantic-conventions, docs/gen-ai; the names of usage by modality are those of its successor
repository semantic-conventions-genai (no release yet), as opentelemetry-util-genai 1.3b0 writes them."""

# OpenTelemetry, generative AI.
OPERATION = "gen_ai.operation.name"
PROVIDER = "gen_ai.provider.name"
REQUEST_MODEL = "gen_ai.request.model"
RESPONSE_MODEL = "gen_ai.response.model"
RESPONSE_ID = "gen_ai.response.id"
OUTPUT_TYPE = "gen_ai.output.type"
FINISH_REASONS = "gen_ai.response.finish_reasons"
TIME_TO_FIRST_CHUNK = "gen_ai.response.time_to_first_chunk"
CONVERSATION_ID = "gen_ai.conversation.id"
REALTIME_SESSION_ID = "gen_ai.realtime_session.id"
"""Of the open proposal for realtime (semantic-conventions-genai #394): the server's `sess_…`."""
END_REASON = "gen_ai.agent.invocation.end_reason"
"""Of the open proposal for voice agents (semantic-conventions-genai #390)."""
TOOL_NAME = "gen_ai.tool.name"
TOOL_CALL_ID = "gen_ai.tool.call.id"
TOOL_TYPE = "gen_ai.tool.type"
TOOL_ARGUMENTS = "gen_ai.tool.call.arguments"
TOOL_RESULT = "gen_ai.tool.call.result"
INPUT_MESSAGES = "gen_ai.input.messages"
OUTPUT_MESSAGES = "gen_ai.output.messages"
SYSTEM_INSTRUCTIONS = "gen_ai.system_instructions"
USAGE = "gen_ai.usage."
USAGE_COST = "gen_ai.usage.cost"
"""Not OpenTelemetry's; Langfuse and others read it. In US dollars."""

# OpenTelemetry, general.
SERVER_ADDRESS = "server.address"
SERVER_PORT = "server.port"
HTTP_METHOD = "http.request.method"
HTTP_ROUTE = "http.route"
HTTP_STATUS = "http.response.status_code"
URL_PATH = "url.path"
URL_SCHEME = "url.scheme"
URL_QUERY = "url.query"
ERROR_TYPE = "error.type"
SESSION_ID = "session.id"

# OpenInference (Phoenix). Details of tokens are disjoint there: each is priced by itself.
SPAN_KIND = "openinference.span.kind"
LLM_MODEL = "llm.model_name"
LLM_SYSTEM = "llm.system"
LLM_PROVIDER = "llm.provider"
TOKENS_PROMPT = "llm.token_count.prompt"
TOKENS_PROMPT_AUDIO = "llm.token_count.prompt_details.audio"
TOKENS_PROMPT_IMAGE = "llm.token_count.prompt_details.image"
"""Not in OpenInference's specification; Phoenix takes any detail, and has a price for this one."""
TOKENS_PROMPT_CACHED = "llm.token_count.prompt_details.cache_read"
TOKENS_COMPLETION = "llm.token_count.completion"
TOKENS_COMPLETION_AUDIO = "llm.token_count.completion_details.audio"
TOKENS_TOTAL = "llm.token_count.total"
LLM_COST = "llm.cost.total"
OI_TOOL_NAME = "tool.name"
INPUT_VALUE = "input.value"
INPUT_MIME_TYPE = "input.mime_type"
OUTPUT_VALUE = "output.value"
OUTPUT_MIME_TYPE = "output.mime_type"
"""Phoenix takes the output of a span that has `gen_ai.response.id` or `.model` for JSON unless this says otherwise."""

# Langfuse.
LANGFUSE_USAGE = "langfuse.observation.usage_details"
LANGFUSE_COST = "langfuse.observation.cost_details"
LANGFUSE_COMPLETION_START = "langfuse.observation.completion_start_time"

# Our own.
VOICETAP = "voicetap."
ITEM_ID = VOICETAP + "item.id"
RESPONSE_REASON = VOICETAP + "response.reason"
SESSION_TRANSCRIPTION_MODEL = VOICETAP + "session.transcription_model"
SESSION_TURN_DETECTION = VOICETAP + "session.turn_detection"
