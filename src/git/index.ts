/**
 * The user's repository and the push: what is there to deploy, and how it gets to the platform
 * without the token being seen.
 */
export {
  isInCommit,
  repositoryState,
  workingFiles,
  type RepositoryState,
  type WorkingFiles,
} from './state.js'
export { between, type Between } from './between.js'
export { resolveCommit, type Commit } from './commit.js'
export { ensureHerokuRemote, herokuRemoteApp } from './remotes.js'
export { push, type PushOptions, type PushResult } from './push.js'
export { overwrittenBy, type Overwritten } from './overwritten.js'
export { subtree, type Subtree } from './subtree.js'
export {
  commitFiles,
  eachBlob,
  readBlob,
  readBlobs,
  untrackedFiles,
  type CommittedFile,
} from './tree.js'
