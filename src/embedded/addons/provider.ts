import type { AddonRecord } from '../store/records.js'
import type { Owned } from './attachments.js'
import type { Plan } from './catalog.js'

/** What an add-on has once it is there. */
export type Provisioned = Pick<AddonRecord, 'config' | 'resource'>

export interface HtmlPage {
  html: string
  /** Its style as a Content-Security-Policy names it: 'sha256-…'. */
  style: string
}

/** A form that was not taken. */
export interface RefusedForm {
  /** Why, for who filled it in. */
  message: string
  fields: URLSearchParams
}

/** A page whose forms change what the add-on keeps. They post to the page's own address. */
export interface FormPage {
  /** @param token what each form has as its field `token`: a form without it is not taken */
  show(owned: Owned, token: string, refused?: RefusedForm): HtmlPage
  /** Does what a form asks for. @throws ApiError whose message is for who filled it in */
  submit(owned: Owned, fields: URLSearchParams): Promise<void>
}

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
  /** In place of `page`. */
  forms?: FormPage
  /** Facts for the data API, by name, as `heroku pg:info` and `redis:info` show them. */
  facts?(addon: Readonly<AddonRecord>): Promise<Record<string, string>>
  /** Empties it. */
  reset?(addon: Readonly<AddonRecord>): Promise<void>
}
