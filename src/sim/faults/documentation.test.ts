import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { FAULT_KINDS, faultParameters, isFaultKind } from './fault-kinds.ts';

test('the page about the rack lists every fault as the table has it', async () => {
  const page = await readFile(new URL('../../../docs/simulated-rack.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (.+?) \| (.*?) ?\|$/gm)].map(([, kind = '', text, parameters]) => ({
    kind,
    text,
    parameters,
  }));
  assert.deepEqual(rows.map(({ kind }) => kind).sort(), Object.keys(FAULT_KINDS).sort());
  for (const { kind, text, parameters } of rows) {
    assert.ok(isFaultKind(kind));
    assert.equal(text, FAULT_KINDS[kind].description);
    assert.equal(
      parameters,
      Object.entries(faultParameters(kind))
        .map(([name, info]) => `\`${name}\` ${info.default}`)
        .join(', '),
    );
  }
});
