import type { DynoDocument } from './wire.js'

/** Names of dynos that have gone, as long as a reader may not know of it. */
const MOST_GONE = 1000

interface Known {
  signature: string
  version: number
  document: DynoDocument
}

/** Which dynos have changed since a reader last looked: any number of readers, each at its own pace. */
export class DynoChanges {
  private readonly known = new Map<string, Known>()
  private readonly gone = new Map<string, number>()
  version = 0

  /** Takes all dynos as they are now. */
  update(dynos: readonly DynoDocument[]): void {
    const version = this.version + 1
    const names = new Set(dynos.map(({ name }) => name))
    let isChanged = false
    for (const name of this.known.keys())
      if (!names.has(name)) {
        this.known.delete(name)
        this.gone.set(name, version)
        isChanged = true
      }
    for (const document of dynos) {
      const signature = signatureOf(document)
      const known = this.known.get(document.name)
      if (known?.signature === signature) {
        known.document = document
        continue
      }
      this.known.set(document.name, { signature, version, document })
      this.gone.delete(document.name)
      isChanged = true
    }
    while (this.gone.size > MOST_GONE) this.gone.delete(this.gone.keys().next().value!)
    if (isChanged) this.version = version
  }

  /** @param version that of the reader's last look; 0 for one that knows nothing yet */
  since(version: number): { changed: DynoDocument[]; gone: string[] } {
    return {
      changed: [...this.known.values()]
        .filter((one) => one.version > version)
        .map(({ document }) => document),
      gone: [...this.gone].filter(([, at]) => at > version).map(([name]) => name),
    }
  }
}

/** An uptime that grows is no change: the page has a clock of its own. */
const signatureOf = (dyno: DynoDocument): string =>
  JSON.stringify({
    ...dyno,
    instances: dyno.instances.map((instance) => ({ ...instance, uptime_seconds: 0 })),
  })
