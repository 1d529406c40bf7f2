export interface FolderCommit {
  id: string
  parents: string[]
  /** The folder's tree; undefined if the commit does not have the folder. */
  tree: string | undefined
}

/**
 * The commits of a folder's own history. Pure but for `make`, which is told the original, the tree
 * and the parents, and answers with the new commit's id. A commit that leaves the folder as it was
 * is none of them; neither is one without the folder, but what came before is still the parent of
 * what comes after: so a folder that was gone for a while fast-forwards all the same.
 * @param history parents before children
 * @returns the commit of the folder's history that stands for each original that has the folder
 */
export function foldHistory(
  history: readonly FolderCommit[],
  make: (original: string, tree: string, parents: string[]) => string,
): Map<string, string> {
  /** Of each original, the newest commits of the folder's history that it contains. */
  const tips = new Map<string, string[]>()
  const treeOf = new Map<string, string>()
  const made = new Map<string, string>()
  for (const { id, parents, tree } of history) {
    const before = [...new Set(parents.flatMap((parent) => tips.get(parent) ?? []))]
    if (tree === undefined) {
      tips.set(id, before)
      continue
    }
    const [only] = before
    const isSame = before.length === 1 && only !== undefined && treeOf.get(only) === tree
    const own = isSame ? only : make(id, tree, before)
    treeOf.set(own, tree)
    tips.set(id, [own])
    made.set(id, own)
  }
  return made
}
