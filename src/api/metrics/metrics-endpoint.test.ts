import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiFixture } from '../testing/api-fixture.ts';

test('metrics tell of event-loop delay, memory and SQL statements', async (t) => {
  const { app } = await apiFixture(t);
  const answer = await app.inject({ url: '/wrought/v1/metrics' });
  assert.equal(answer.statusCode, 200);
  assert.match(answer.body, /^nodejs_eventloop_lag_p99_seconds [\d.e-]+$/m);
  assert.match(answer.body, /^process_resident_memory_bytes \d+$/m);
  assert.match(answer.body, /^wrought_sql_statements_total \d+$/m);
});
