// What the callers share: the utterance in pieces, and the count of what was received.

import { readFileSync } from 'node:fs';

const PIECE = 4800; // 100 ms of PCM16 at 24 kHz
const QUIET_MS = 500;
const FINAL = /\.input_audio_transcription\.(completed|failed)$/;

export function pieces(file) {
  const audio = readFileSync(file);
  return Array.from({ length: Math.ceil(audio.length / PIECE) }, (_, n) => audio.subarray(n * PIECE, (n + 1) * PIECE));
}

export class Turn {
  received = {};
  errors = [];
  answer = null;
  #changed = () => {};
  #lastAt = 0;

  take(event) {
    this.received[event.type] = (this.received[event.type] ?? 0) + 1;
    if (event.type === 'response.output_audio.delta') this.answer = event.item_id;
    this.#lastAt = performance.now();
    this.#changed();
  }

  count(pattern) {
    return Object.entries(this.received).reduce((sum, [type, n]) => sum + (type.match(pattern) ? n : 0), 0);
  }

  transcribed(n = 1) {
    return this.until(() => this.count(FINAL) >= n);
  }

  async until(condition) {
    while (!condition()) await new Promise((resolve) => (this.#changed = resolve));
  }

  async quiet() {
    while (performance.now() - this.#lastAt < QUIET_MS) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  print(more = {}) {
    console.log(JSON.stringify({ received: this.received, errors: this.errors, ...more }));
  }
}
