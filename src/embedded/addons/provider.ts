import type { AddonRecord } from '../store/records.js'
import type { Plan } from './catalog.js'

/** What an add-on has once it is there. */
export type Provisioned = Pick<AddonRecord, 'config' | 'resource'>

/** What makes a service's add-ons real. Each is asked for one thing at a time. */
export interface Provider {
  /** Names and passwords of a new add-on, stored before anything is made of them. */
  prepare(): AddonRecord['resource']
  /**
   * Makes what the add-on stands for, anew if it was begun before.
   * @param say a sentence about what takes its time
   * Throws an Error whose message is for the user if that is not possible.
   */
  provision(
    addon: Readonly<AddonRecord>,
    plan: Plan,
    say: (message: string) => void,
  ): Promise<Provisioned>
  changePlan(addon: Readonly<AddonRecord>, plan: Plan): Promise<void>
  /** Removes all that it has; `rest` are the service's add-ons that stay. */
  deprovision(addon: Readonly<AddonRecord>, rest: readonly Readonly<AddonRecord>[]): Promise<void>
  /**
   * At the platform's start: brings its servers up. Answers what each add-on has now, by id: a port
   * may be another than before.
   * @param isAll whether there can be no other add-on: what no add-on has is removed then
   */
  start(addons: readonly Readonly<AddonRecord>[], isAll: boolean): Promise<Map<string, Provisioned>>
  /** Ends its servers; data stays. */
  stop(): Promise<void>
  /** What `web_url` leads to; absent if there is nothing to see. */
  page?(addon: Readonly<AddonRecord>): Promise<string>
  /** Facts for the data API, by name, as `heroku pg:info` and `redis:info` show them. */
  facts?(addon: Readonly<AddonRecord>): Promise<Record<string, string>>
  /** Empties it. */
  reset?(addon: Readonly<AddonRecord>): Promise<void>
}
