import { WroughtError } from '../../model/errors.ts';
import { documentRoute } from '../http/define-route.ts';
import type { Below, Method, Route } from '../http/route.ts';

interface Missing {
  readonly resource: string;
  readonly path: string;
  readonly methods: readonly Method[];
  readonly since: number;
  /** Answer below `since`: of GET, and of the other methods. */
  readonly below: readonly [get: Below, others: Below];
}

const missing = (
  resource: string,
  since: number,
  below: readonly [Below, Below],
  paths: Readonly<Record<string, readonly Method[]>>,
): Missing[] => Object.entries(paths).map(([path, methods]) => ({ resource, path, methods, since, below }));

const HIDDEN_A = ['404A', '404A'] as const;
const HIDDEN_B = ['404B', '404B'] as const;
const READ: readonly Method[] = ['GET'];
const OBJECT: readonly Method[] = ['GET', 'PATCH', 'DELETE'];

/** Parts of the contract that are not built yet. Each answers as it must below its first version, and says so from it on. */
const MISSING: readonly Missing[] = [
  ...missing('inspection_rules', 96, ['404A', '405A'], {
    '/inspection_rules': ['GET', 'POST', 'DELETE'],
    '/inspection_rules/{uuid}': OBJECT,
  }),
  ...missing('bios', 40, HIDDEN_B, { '/nodes/{node}/bios': READ, '/nodes/{node}/bios/{setting}': READ }),
  ...missing('firmware', 86, HIDDEN_B, { '/nodes/{node}/firmware': READ }),
  ...missing('vmedia', 89, HIDDEN_B, { '/nodes/{node}/vmedia': ['POST', 'DELETE'] }),
  ...missing('vmedia', 93, HIDDEN_A, { '/nodes/{node}/vmedia': READ }),
  ...missing('indicators', 1, HIDDEN_A, {
    '/nodes/{node}/management/indicators': READ,
    '/nodes/{node}/management/indicators/{indicator}': ['GET', 'PUT'],
    '/nodes/{node}/management/indicators/{indicator}/{name}': ['GET', 'PUT'],
  }),
];

/** Routes that answer 501 and name what is missing. A resource leaves this table when its file comes. */
export function notBuiltRoutes(): Route[] {
  return MISSING.flatMap(({ resource, path, methods, since, below }) =>
    methods.map((method): Route => {
      const route = documentRoute({
        method,
        path,
        since,
        below: below[method === 'GET' ? 0 : 1],
        handle() {
          throw new WroughtError('NOT_BUILT', `${resource}: this resource is not built yet`);
        },
      });
      // Whatever the request holds: the answer is the same.
      return { ...route, run: async (request) => route.run(request, { query: new Map(), body: {} }) };
    }),
  );
}
