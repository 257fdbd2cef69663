import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { ApiDependencies } from '../api-dependencies.ts';
import { admit } from '../auth/admit.ts';
import type { Authenticator } from '../auth/authenticator.ts';

/**
 * `GET /wrought/v1/metrics`: the process in Prometheus text format. Event-loop delay (`nodejs_eventloop_lag_*`, seconds) is counted from
 * one reading to the next; SQL statements since the start. Labels are few by design: nothing is labelled by node.
 */
export function registerMetrics(app: FastifyInstance, { store }: ApiDependencies, authenticator: Authenticator): void {
  const register = new Registry();
  collectDefaultMetrics({ register });
  new Gauge({
    name: 'wrought_sql_statements_total',
    help: 'SQL statements sent since the start.',
    registers: [register],
    collect() {
      this.set(store.statements);
    },
  });
  app.get('/wrought/v1/metrics', async (request, reply) => {
    if (!(await admit(authenticator, request, reply))) return reply;
    return reply.header('content-type', register.contentType).send(await register.metrics());
  });
}
