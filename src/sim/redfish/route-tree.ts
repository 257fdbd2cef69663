import type { Route } from './route.ts';

interface TreeNode {
  readonly fixed: Map<string, TreeNode>;
  variable: { readonly name: string; readonly node: TreeNode } | null;
  route: Route | null;
}

/** A route found for a path, with the values of its `:name` parts. */
export interface RouteMatch {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds routes by path; one tree serves every machine. */
export class RouteTree {
  readonly #root: TreeNode = emptyNode();

  /** @throws Error when two routes claim one path. */
  constructor(routes: readonly Route[]) {
    for (const route of routes) this.#add(route);
  }

  #add(route: Route): void {
    let node = this.#root;
    for (const part of partsOf(route.path)) node = part.startsWith(':') ? variableChild(node, part.slice(1)) : fixedChild(node, part);
    if (node.route) throw new Error(`two routes for ${route.path}`);
    node.route = route;
  }

  /** @param path without query; a trailing slash does not matter. */
  find(path: string): RouteMatch | null {
    const params: Record<string, string> = {};
    let node = this.#root;
    for (const part of partsOf(path)) {
      const fixed = node.fixed.get(part);
      if (fixed) {
        node = fixed;
        continue;
      }
      if (!node.variable) return null;
      const value = decode(part);
      if (value === null) return null;
      params[node.variable.name] = value;
      node = node.variable.node;
    }
    return node.route && { route: node.route, params };
  }
}

function emptyNode(): TreeNode {
  return { fixed: new Map(), variable: null, route: null };
}

function fixedChild(node: TreeNode, part: string): TreeNode {
  const child = node.fixed.get(part) ?? emptyNode();
  node.fixed.set(part, child);
  return child;
}

function variableChild(node: TreeNode, name: string): TreeNode {
  node.variable ??= { name, node: emptyNode() };
  if (node.variable.name !== name) throw new Error(`:${name} and :${node.variable.name} claim one place`);
  return node.variable.node;
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '');
}

function decode(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    // A path that is no valid encoding names nothing.
    return null;
  }
}
