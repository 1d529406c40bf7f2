import { randomUUID } from 'node:crypto'
import path from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import type { PipelineRecord, PromotionRecord, PromotionTargetRecord } from '../store/records.js'
import { asObject, asRecords, readState, type StateProblem } from '../store/state-file.js'
import type { Folders } from '../store/types.js'

/**
 * Pipelines and the newest promotions in them. Which apps are in a pipeline stands in their own
 * records, so that an app that is destroyed leaves it with that.
 */
export interface Pipelines {
  list(): readonly Readonly<PipelineRecord>[]
  /** By id or name. */
  find(idOrName: string): Readonly<PipelineRecord> | undefined
  /** Durable once it resolves, as all changes. */
  create(wanted: Pick<PipelineRecord, 'name' | 'owner' | 'generation'>): Promise<PipelineRecord>
  update(
    id: string,
    change: Partial<Pick<PipelineRecord, 'name' | 'owner'>>,
  ): Promise<PipelineRecord | undefined>
  remove(id: string): Promise<void>
  findPromotion(id: string): Readonly<PromotionRecord> | undefined
  addPromotion(
    wanted: Pick<PromotionRecord, 'pipeline_id' | 'source'> & { targets: readonly string[] },
  ): Promise<PromotionRecord>
  /** What came of a promotion to one app: its release, or why there is none. */
  settleTarget(
    promotion: string,
    target: string,
    change: Partial<Pick<PromotionTargetRecord, 'release_id' | 'error_message'>>,
  ): Promise<void>
}

interface State {
  pipelines: PipelineRecord[]
  promotions: PromotionRecord[]
}

/** Of promotions; older ones are forgotten. */
const KEPT = 200

/** Reads the file of pipelines, which is there once there was one. */
export async function openPipelines(
  folders: Pick<Folders, 'root'>,
  report: (problem: StateProblem) => void,
): Promise<Pipelines> {
  const file = path.join(folders.root, 'pipelines.json')
  const state = (await readState(file, asState, {
    report,
    loss: 'apps are in no pipeline until they are added to one again',
  })) ?? { pipelines: [], promotions: [] }
  for (const target of state.promotions.flatMap(({ targets }) => targets)) {
    if (target.release_id === null)
      target.error_message ??= 'The platform was stopped before the release was made'
  }
  const write = () => writeFileAtomic(file, JSON.stringify(state), { mode: 0o600 })
  const find = (idOrName: string) =>
    state.pipelines.find(({ id, name }) => id === idOrName || name === idOrName)
  const findPromotion = (id: string) => state.promotions.find((one) => one.id === id)
  const now = () => new Date().toISOString()

  return {
    list: () => state.pipelines,
    find,
    async create(wanted) {
      const at = now()
      const pipeline = { ...wanted, id: randomUUID(), created_at: at, updated_at: at }
      state.pipelines.push(pipeline)
      await write()
      return pipeline
    },
    async update(id, change) {
      const pipeline = find(id)
      if (pipeline) {
        Object.assign(pipeline, change, { updated_at: now() })
        await write()
      }
      return pipeline
    },
    async remove(id) {
      state.pipelines = state.pipelines.filter((one) => one.id !== id)
      await write()
    },
    findPromotion,
    async addPromotion({ targets, ...wanted }) {
      const at = now()
      const promotion: PromotionRecord = {
        ...wanted,
        id: randomUUID(),
        targets: targets.map((app_id) => ({
          id: randomUUID(),
          app_id,
          release_id: null,
          error_message: null,
        })),
        created_at: at,
        updated_at: at,
      }
      state.promotions = [...state.promotions, promotion].slice(-KEPT)
      await write()
      return promotion
    },
    async settleTarget(id, targetId, change) {
      const promotion = findPromotion(id)
      const target = promotion?.targets.find((one) => one.id === targetId)
      if (!promotion || !target) return
      Object.assign(target, change)
      promotion.updated_at = now()
      await write()
    },
  }
}

function asState(value: unknown): State {
  const { pipelines, promotions } = asObject(value)
  const state: State = {
    pipelines: asRecords<PipelineRecord>(pipelines, ['id', 'name', 'created_at']),
    promotions: asRecords<PromotionRecord>(promotions, ['id', 'pipeline_id', 'created_at']),
  }
  for (const { owner } of state.pipelines) asRecords([owner], ['id', 'type'])
  for (const { source, targets } of state.promotions) {
    asRecords([source], ['app_id', 'release_id'])
    asRecords<PromotionTargetRecord>(targets, ['id', 'app_id'])
  }
  return state
}
