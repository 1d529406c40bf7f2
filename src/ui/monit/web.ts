import type { DashboardServer } from '../../dashboard/server.js'
import { ShipitError } from '../../errors.js'
import { browse, hasDisplay } from '../browser.js'

/** The dashboard that `w` opens: served by this process, and ended with it. */
export class WebView {
  private opening: Promise<DashboardServer> | undefined

  /**
   * @param open undefined if what is watched has no dashboard
   * @param onFailure told of what ends the dashboard by itself
   */
  constructor(
    private readonly open: (() => Promise<DashboardServer>) | undefined,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /**
   * Opens it in the browser, if there is one, and says where it is: the address first, so that only
   * what follows it is ever cut off. @param columns of the line that this is said in
   */
  async show(columns: number): Promise<string> {
    const { url } = await this.server()
    const isOpened = hasDisplay()
    if (isOpened) await browse(url)
    if (url.length > columns)
      return `The dashboard's address takes ${url.length} columns: make the terminal wider, then w.`
    return `${url} ${isOpened ? 'is open in the browser' : 'is for a browser'}, until monit ends`
  }

  /** @param onWait told of what is under way, which is ended in order first */
  async close(onWait: (underWay: string) => void): Promise<void> {
    // One that did not open has said why.
    const server = await this.opening?.catch(() => undefined)
    const [underWay] = server?.dashboard.underWay ?? []
    if (underWay) onWait(underWay.text)
    await server?.close()
  }

  private server(): Promise<DashboardServer> {
    if (!this.open)
      throw new ShipitError('usage', {
        message: 'The dashboard is of apps on a platform: shipit dev has none.',
      })
    this.opening ??= this.open().then(
      (server) => {
        server.ended.catch(this.onFailure)
        return server
      },
      (error: unknown) => {
        this.opening = undefined
        throw error
      },
    )
    return this.opening
  }
}
