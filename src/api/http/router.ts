import { METHODS, type Method, type Route } from './route.ts';

interface Branch {
  readonly words: Map<string, Branch>;
  variable: { name: string; branch: Branch } | null;
  readonly routes: Map<Method, Route>;
}

export interface Match {
  readonly routes: ReadonlyMap<Method, Route>;
  readonly params: Readonly<Record<string, string>>;
}

export interface Router {
  /** Routes of a path given as decoded segments; literal words win over variables. Undefined: no such path. */
  match(segments: readonly string[]): Match | undefined;
}

const newBranch = (): Branch => ({ words: new Map(), variable: null, routes: new Map() });

/** Builds the path tree. @throws Error on two routes for the same method and path. */
export function createRouter(routes: readonly Route[]): Router {
  const root = newBranch();
  for (const route of routes) insert(root, route);
  return {
    match(segments) {
      const params: Record<string, string> = {};
      const branch = find(root, segments, 0, params);
      return branch && { routes: branch.routes, params };
    },
  };
}

function insert(root: Branch, route: Route): void {
  let branch = root;
  for (const segment of route.path.split('/').filter((part) => part !== '')) {
    const name = /^\{(\w+)\}$/.exec(segment)?.[1];
    if (name !== undefined) {
      branch.variable ??= { name, branch: newBranch() };
      if (branch.variable.name !== name) throw new Error(`${route.path}: the segment is called {${branch.variable.name}} elsewhere`);
      branch = branch.variable.branch;
    } else {
      const next = branch.words.get(segment) ?? newBranch();
      branch.words.set(segment, next);
      branch = next;
    }
  }
  if (branch.routes.has(route.method)) throw new Error(`${route.method} ${route.path} is defined twice`);
  branch.routes.set(route.method, route);
}

function find(branch: Branch, segments: readonly string[], at: number, params: Record<string, string>): Branch | undefined {
  const segment = segments[at];
  if (segment === undefined) return branch.routes.size > 0 ? branch : undefined;
  const literal = branch.words.get(segment);
  const found = literal && find(literal, segments, at + 1, params);
  if (found) return found;
  if (!branch.variable) return undefined;
  const below = find(branch.variable.branch, segments, at + 1, params);
  if (below) params[branch.variable.name] = segment;
  return below;
}

/** Value of an `Allow` header, in the usual order. */
export function allowHeader(routes: ReadonlyMap<Method, Route>): string {
  return METHODS.filter((method) => routes.has(method)).join(', ');
}
