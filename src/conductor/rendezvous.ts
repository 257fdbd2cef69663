/**
 * Rendezvous placement: each candidate gets a score from its name and the key, the highest one wins. When a candidate goes, only its own
 * keys move. Needs no table and no agreement beyond the list of candidates.
 */
export function rendezvous(key: string, candidates: readonly string[]): string | null {
  let best: string | null = null;
  let bestScore = -1;
  for (const candidate of candidates) {
    if (candidates.length === 1) return candidate;
    const score = scoreOf(candidate, key);
    if (score > bestScore || (score === bestScore && best !== null && candidate < best)) {
      best = candidate;
      bestScore = score;
    }
  }
  return best;
}

/** All candidates, the one that the key maps to first; the next ones are those it would map to if the former were gone. */
export function rendezvousOrder(key: string, candidates: readonly string[]): string[] {
  return candidates
    .map((candidate) => ({ candidate, score: scoreOf(candidate, key) }))
    .sort((a, b) => b.score - a.score || (a.candidate < b.candidate ? -1 : 1))
    .map(({ candidate }) => candidate);
}

/** FNV-1a over both texts, then the finaliser of MurmurHash3 so that near names do not give near scores. */
function scoreOf(candidate: string, key: string): number {
  let hash = 0x811c9dc5;
  for (const text of [candidate, '\0', key]) {
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
