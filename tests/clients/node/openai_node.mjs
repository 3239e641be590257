// A caller made with the official JavaScript SDK: a client secret over https, one turn and its truncation over wss.
//   node openai_node.mjs https://HOST:PORT/v1 PCM_FILE
// NODE_EXTRA_CA_CERTS names the authority of the certificate.

import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { Turn, pieces } from './turn.mjs';

const [baseURL, file] = process.argv.slice(2);
const client = new OpenAI({ apiKey: 'sk-test', baseURL });
const secret = await client.realtime.clientSecrets.create({ session: { type: 'realtime', model: 'gpt-realtime' } });

const turn = new Turn();
const realtime = new OpenAIRealtimeWS({ model: 'gpt-realtime' }, client);
realtime.on('event', (event) => turn.take(event));
realtime.on('error', (error) => turn.errors.push(String(error)));

await turn.until(() => turn.count(/^session\.created$/));
realtime.send({
  type: 'session.update',
  session: {
    type: 'realtime',
    audio: {
      input: {
        format: { type: 'audio/pcm', rate: 24000 },
        transcription: { model: 'gpt-4o-mini-transcribe' },
        turn_detection: { type: 'server_vad', silence_duration_ms: 500 },
      },
    },
  },
});
for (const piece of pieces(file)) realtime.send({ type: 'input_audio_buffer.append', audio: piece.toString('base64') });
await turn.transcribed();
await turn.until(() => turn.count(/^response\.done$/));
realtime.send({ type: 'conversation.item.truncate', item_id: turn.answer, content_index: 0, audio_end_ms: 100 });
await turn.until(() => turn.count(/^conversation\.item\.truncated$/));
await turn.quiet();
realtime.socket.on('close', () => turn.print({ secret: secret.value }));
realtime.close();
