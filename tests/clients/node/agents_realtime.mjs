// A caller made with @openai/agents-realtime: two utterances, the second while the first answer plays, so that the SDK
// truncates it.
//   node agents_realtime.mjs ws://HOST:PORT/v1/realtime?model=… PCM_FILE

import { RealtimeAgent, RealtimeSession } from '@openai/agents-realtime';
import { Turn, pieces } from './turn.mjs';

const [url, file] = process.argv.slice(2);
const turn = new Turn();
const session = new RealtimeSession(new RealtimeAgent({ name: 'caller', instructions: 'Answer briefly.' }), {
  transport: 'websocket',
  model: 'gpt-realtime',
  tracingDisabled: true,
  config: {
    audio: {
      input: {
        transcription: { model: 'gpt-4o-mini-transcribe' },
        turnDetection: { type: 'server_vad', silenceDurationMs: 500, interruptResponse: true },
      },
    },
  },
});
session.transport.on('*', (event) => turn.take(event));
session.on('error', (error) => turn.errors.push(JSON.stringify(error)));
await session.connect({ apiKey: 'sk-test', url });

const say = () => {
  for (const piece of pieces(file)) {
    session.sendAudio(piece.buffer.slice(piece.byteOffset, piece.byteOffset + piece.byteLength));
  }
};
say();
await turn.transcribed();
await turn.until(() => turn.count(/^response\.output_audio\.delta$/) >= 3);
say();
await turn.transcribed(2);
await turn.until(() => turn.count(/^conversation\.item\.truncated$/) && turn.count(/^response\.done$/) >= 2);
await turn.quiet();
session.transport.on('connection_change', (status) => status === 'disconnected' && turn.print());
session.close();
