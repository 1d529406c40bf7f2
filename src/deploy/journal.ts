/** What a deploy has asked the platform for, so that a failure knows what there is to undo. */
import type { App, Build, Formation, Release } from '../heroku/index.js'

/** What a push that broke off may have left under way at the platform. */
export type Unfinished = 'build' | 'promotion' | 'release phase'

/** Each is written down before it is asked for, or with what the platform has answered. */
export type Entry =
  | { did: 'create app'; app: App }
  /** Something that app.json asks for was made: what, in words. */
  | { did: 'set up'; phrase: string }
  | { did: 'set config' }
  | { did: 'begin push' }
  /** The platform has answered the push with a line of output: what was pushed has arrived. */
  | { did: 'hear push' }
  /** The platform has told which build the push began. */
  | { did: 'begin build'; id: string }
  /** The platform has taken the promotion. */
  | { did: 'begin promotion'; id: string }
  /** The connection broke off; what went on then has been waited for, and `left` goes on still. */
  | { did: 'break off'; left: Unfinished | undefined }
  /** The push's release is among the releases. */
  | { did: 'end push' }
  | { did: 'release'; release: Release }
  /** The formation as it was before. */
  | { did: 'scale'; before: Formation[] }
  | { did: 'scale back' }
  | { did: 'roll back'; release: Release }

type EntryOf<Did extends Entry['did']> = Extract<Entry, { did: Did }>

export class Journal {
  private readonly entries: Entry[] = []

  record(entry: Entry): void {
    this.entries.push(entry)
  }

  has(did: Entry['did']): boolean {
    return this.entries.some((entry) => entry.did === did)
  }

  /** There is nothing to undo: an app that was made, and what app.json gave it, is left. */
  get isOfCreationAlone(): boolean {
    return this.entries.every(({ did }) => did === 'create app' || did === 'set up')
  }

  /** Releases of this deploy, oldest first, its rollback aside. */
  get releases(): Release[] {
    return this.all('release').map(({ release }) => release)
  }

  get rollback(): Release | undefined {
    return this.all('roll back').at(-1)?.release
  }

  /** As it was before it was scaled; undefined if it is as it was. */
  get formation(): Formation[] | undefined {
    return this.has('scale back') ? undefined : this.all('scale')[0]?.before
  }

  /** Id of the build that this deploy began, if it was told. */
  get build(): string | undefined {
    return this.all('begin build').at(-1)?.id
  }

  /** Id of the promotion, if the platform has told it. */
  get promotion(): string | undefined {
    return this.all('begin promotion').at(-1)?.id
  }

  /** What a push that broke off has left, once that has been waited for. */
  get afterBreak(): { left: Unfinished | undefined } | undefined {
    return this.all('break off').at(-1)
  }

  /** The version above which releases are not known yet. @param current of the plan */
  newestVersion(current: number | undefined): number {
    return Math.max(current ?? 0, ...this.releases.map(({ version }) => version))
  }

  /** Whether a build is of this deploy: by its id, else by what it is of. */
  isOwnBuild(build: Build, commit: string): boolean {
    return this.build === undefined ? build.source_blob.version === commit : build.id === this.build
  }

  private all<Did extends Entry['did']>(did: Did): EntryOf<Did>[] {
    return this.entries.filter((entry): entry is EntryOf<Did> => entry.did === did)
  }
}
