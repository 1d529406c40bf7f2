import type { ByteReader, ByteWriter } from './bytes.js'

/** A dyno as the Platform API had it; only its name if nobody asked then. */
export interface DynoFacts {
  name: string
  id?: string
  type?: string
  size?: string
  state?: string
  command?: string
  release?: { id: string; version: number }
  created_at?: string
  updated_at?: string
}

/** A process of an instance: from one start to the next it stays the same. */
export interface ProcessFacts {
  /** `api:0` */
  id: string
  pid: number | undefined
  restarts: number | undefined
  /** ms since the epoch, to the second. */
  startedAt: number | undefined
  version: string | undefined
  memoryLimitMb: number | undefined
}

/** Bytes of a slot that names may take. What has none then is told by its instance's name alone. */
const MOST_BYTES = 256 * 1024
const MOST_BYTES_OF_ALL = 384 * 1024
/** Characters. */
const LONGEST = 2000
const LIMIT_UNIT = 0.1

type Definition = { kind: 'dyno'; facts: DynoFacts } | { kind: 'process'; facts: ProcessFacts }

/**
 * What the records of one slot call by number: dynos and processes. Each is defined in the record
 * that needs it first, so that a slot can be read without any other.
 */
export class Names {
  readonly dynos: DynoFacts[] = []
  readonly processes: ProcessFacts[] = []
  private readonly numbers = new Map<string, number>()
  private readonly defined: Definition[] = []
  private bytes = 0

  /** Undefined if there is no more room for it. */
  dyno(facts: DynoFacts): number | undefined {
    const key = JSON.stringify(facts)
    const short = key.length > LONGEST ? { name: facts.name } : facts
    const known = this.number('dyno', key, this.dynos, short, MOST_BYTES)
    if (known !== undefined || facts === short) return known
    return this.number('dyno', `name ${facts.name}`, this.dynos, short, MOST_BYTES_OF_ALL)
  }

  process(dyno: string, facts: ProcessFacts): number | undefined {
    const { id, pid, restarts, version, memoryLimitMb } = facts
    const key = `${dyno} ${id} ${pid} ${restarts} ${version} ${memoryLimitMb}`
    const known = this.number('process', key, this.processes, facts, MOST_BYTES)
    if (known !== undefined) return known
    const only = { ...NOTHING, id }
    return this.number('process', `${dyno} ${id}`, this.processes, only, MOST_BYTES_OF_ALL)
  }

  /** The definitions that no record has yet. */
  writeNew(to: ByteWriter): void {
    to.count(this.defined.length)
    for (const { kind, facts } of this.defined.splice(0)) {
      to.byte(kind === 'dyno' ? 0 : 1)
      if (kind === 'dyno') to.text(JSON.stringify(facts))
      else writeProcess(to, facts)
    }
  }

  /** Takes the definitions of a record. */
  read(from: ByteReader): void {
    const begun = from.at
    for (let left = from.count(); left > 0; left -= 1)
      if (from.byte() === 0) this.dynos.push(JSON.parse(from.text()) as DynoFacts)
      else this.processes.push(readProcess(from))
    this.bytes += from.at - begun
  }

  private number<Facts extends DynoFacts | ProcessFacts>(
    kind: Definition['kind'],
    key: string,
    list: Facts[],
    facts: Facts,
    most: number,
  ): number | undefined {
    const mapKey = `${kind} ${key}`
    const known = this.numbers.get(mapKey)
    if (known !== undefined) return known
    if (this.bytes + key.length > most) return undefined
    this.bytes += key.length + 8
    const number = list.push(facts) - 1
    this.numbers.set(mapKey, number)
    this.defined.push({ kind, facts } as Definition)
    return number
  }
}

const NOTHING = {
  pid: undefined,
  restarts: undefined,
  startedAt: undefined,
  version: undefined,
  memoryLimitMb: undefined,
}

function writeProcess(to: ByteWriter, facts: ProcessFacts): void {
  to.text(facts.id)
  to.figure(facts.pid, 1)
  to.figure(facts.restarts, 1)
  to.figure(facts.startedAt, 1000)
  to.text(facts.version ?? '')
  to.figure(facts.memoryLimitMb, LIMIT_UNIT)
}

function readProcess(from: ByteReader): ProcessFacts {
  const known = (value: number) => (Number.isNaN(value) ? undefined : value)
  return {
    id: from.text(),
    pid: known(from.figure(1)),
    restarts: known(from.figure(1)),
    startedAt: known(from.figure(1000)),
    version: from.text() || undefined,
    memoryLimitMb: known(from.figure(LIMIT_UNIT)),
  }
}
