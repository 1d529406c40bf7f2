import { access, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { acquireLock, type ProcessLock } from '../lib/process-lock.js'
import { KeptHistory } from './app-history.js'
import { Frames } from './frames.js'
import type { AppHistory } from './history.js'
import { Recorder } from './recorder.js'
import { resume } from './resume.js'
import { readRing, type RingSlot } from './ring-file.js'
import { RingWriter } from './ring-writer.js'
import { SlotWriter } from './slots.js'

export interface HistoryOptions {
  app: string
  /** The app's, by which its record is called: a name may change. Default: the name. */
  id?: string | undefined
  /** Where it is recorded; in memory alone if absent. */
  folder?: string | undefined
  /**
   * Where others record: what is found there first is read, and not recorded a second time. As the
   * embedded Heroku does.
   */
  others?: readonly string[] | undefined
  /** Is told once of a disk that takes nothing, and when it does again. */
  report?: ((problem: string) => void) | undefined
  /** ms of a clock that no one sets. */
  monotonic?: (() => number) | undefined
}

const EXTENSION = '.history'

/** The file of an app. @throws Error for an id that is none: it comes from the platform */
export function recordOf(folder: string, id: string): string {
  if (!/^[\w-]{1,100}$/.test(id)) throw new Error(`${JSON.stringify(id)} is no app's id.`)
  return path.join(folder, id + EXTENSION)
}

/**
 * The history of an app: what was recorded before, and all that is added. At most 64 MB, in memory
 * as in the file. A record has one writer: `isRecorded` is false if another process is it.
 */
export async function openHistory(options: HistoryOptions): Promise<AppHistory> {
  const { app, id = app, folder, others = [], report = () => {}, monotonic } = options
  const other = await firstThatIs(others.map((place) => recordOf(place, id)))
  const file = other ?? (folder === undefined ? undefined : recordOf(folder, id))
  const recording =
    file !== undefined && other === undefined ? await beginRecording(file, report) : undefined
  const slots = recording?.slots ?? (file === undefined ? [] : await readRing(file))
  const frames = new Frames()
  for (const slot of slots) for (const frame of slot.frames) frames.add(frame)
  const recorder = new Recorder({
    writer: new SlotWriter(),
    ...recording,
    keep: (frame) => frames.add(frame),
    monotonic,
  })
  resume(recorder.spans, frames.takeOpen())
  return new KeptHistory(app, frames, recorder, recording !== undefined)
}

/**
 * Records without keeping anything in memory, for who never reads. Undefined if another process
 * records it.
 */
export async function recordHistory(options: {
  id: string
  folder: string
  report: (problem: string) => void
}): Promise<Recorder | undefined> {
  const { id, folder, report } = options
  const recording = await beginRecording(recordOf(folder, id), report)
  if (!recording) return undefined
  const recorder = new Recorder(recording)
  const frames = new Frames()
  for (const slot of recording.slots) for (const frame of slot.frames) frames.add(frame)
  resume(recorder.spans, frames.takeOpen())
  return recorder
}

interface Recording {
  slots: RingSlot[]
  ring: RingWriter
  writer: SlotWriter
  release(): Promise<void>
}

/** Undefined if another process records. */
async function beginRecording(
  file: string,
  report: (problem: string) => void,
): Promise<Recording | undefined> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  const lock = await lockOf(file)
  if (!lock) return undefined
  try {
    const slots = await readRing(file)
    const newest = slots.at(-1)
    const ring = await RingWriter.open(file, slots, report, () => writer.turn())
    const writer = new SlotWriter(() => ring.turn(), newest?.names, newest?.used)
    return { slots, ring, writer, release: () => lock.release() }
  } catch (error) {
    await lock.release()
    throw error
  }
}

class Taken extends Error {}

async function lockOf(file: string): Promise<ProcessLock | undefined> {
  return acquireLock(`${file}.lock`, () => new Taken()).catch((error: unknown) => {
    if (error instanceof Taken) return undefined
    throw error
  })
}

async function firstThatIs(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    const isThere = await access(file).then(
      () => true,
      () => false,
    )
    if (isThere) return file
  }
  return undefined
}
