// Checks manifests of the Prometheus Operator against the types that were made of its API: as TypeScript literals, which
// may have no property that the type does not have, and by the patterns and enumerations of its custom resources.
//
//     node check.mjs < manifests.json      the complaints, as a JSON array; [] is what we want
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";

const manifests = JSON.parse(readFileSync(0, "utf8"));
const complaints = [];

const directory = mkdtempSync("./checked-");
const from = (kind) => `@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/${kind}`;
const literals = manifests.map(
  (manifest, n) =>
    `import type { I${manifest.kind} as I${n} } from "${from(manifest.kind)}";\n` +
    `export const literal${n}: I${n} = ${JSON.stringify(manifest)};\n`,
);
writeFileSync(`${directory}/manifests.mts`, literals.join(""));
const options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--target", "es2022"];
try {
  execFileSync("node_modules/.bin/tsc", [...options, `${directory}/manifests.mts`]);
} catch (refused) {
  complaints.push(String(refused.stdout));
}
for (const manifest of manifests) {
  const models = await import(from(manifest.kind));
  try {
    new models[manifest.kind](manifest).validate();
  } catch (refused) {
    complaints.push(String(refused));
  }
}
console.log(JSON.stringify(complaints));
