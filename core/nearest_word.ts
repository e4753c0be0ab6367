/**
 * What somebody probably meant to type.
 *
 * @module
 */

/**
 * The word that differs least from what was typed, where one is near enough to be meant.
 *
 * @param typed What stands there.
 * @param words What may stand there; the first of equally near ones wins.
 * @returns A word, or `undefined` where none is within a third of its length.
 */
export function nearestWord(typed: string, words: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let least = Infinity;
  for (const word of words) {
    const distance = editDistance(typed.toLowerCase(), word.toLowerCase());
    if (distance >= least || distance > Math.max(1, Math.ceil(word.length / 3))) continue;
    [nearest, least] = [word, distance];
  }
  return nearest;
}

/**
 * Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours, which is
 * what fingers do. A text beyond any word's length is far from everything.
 */
function editDistance(a: string, b: string): number {
  if (a.length > 64) return Infinity;
  const width = b.length + 1;
  const cost = new Array<number>((a.length + 1) * width).fill(0);
  const at = (i: number, j: number) => cost[i * width + j] ?? 0;
  for (let i = 0; i <= a.length; i++) {
    for (let j = 0; j <= b.length; j++) {
      if (i === 0 || j === 0) {
        cost[i * width + j] = i + j;
        continue;
      }
      let least = Math.min(
        at(i - 1, j) + 1,
        at(i, j - 1) + 1,
        at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, at(i - 2, j - 2) + 1);
      }
      cost[i * width + j] = least;
    }
  }
  return at(a.length, b.length);
}
