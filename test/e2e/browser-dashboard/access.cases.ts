import { expect } from 'chai'
import { otherPage } from './other-page.js'
import type { Given } from './given.js'

/** Who may look, and what leaves the page. */
export function accessCases(given: () => Given): void {
  it('lets the browser in that has the address, and lets the address go', async () => {
    const { dashboard, page } = given()
    await page.goto(dashboard.address)
    await page.locator('.app-card').first().waitFor()
    expect(page.url()).to.equal(`${dashboard.origin}/`)
    // Nothing of it in the history either: before this page there is the empty one.
    await page.goBack()
    expect(page.url()).to.equal('about:blank')
    await page.goForward()
    await page.locator('.app-card').first().waitFor()
    const [cookie, ...others] = await dashboard.context.cookies()
    expect(others).to.deep.equal([])
    expect(cookie).to.include({ httpOnly: true, sameSite: 'Strict', domain: '127.0.0.1' })
    expect(cookie!.value).to.not.contain(dashboard.token)
    expect(
      await page.evaluate('[document.cookie, localStorage.length, sessionStorage.length]'),
    ).to.deep.equal(['', 0, 0])
  })

  it('tells no app where it was opened from', async () => {
    const { dashboard, page, urls } = given()
    await dashboard.go('#/app/shop/charts', '.app-head .buttons')
    const asked = dashboard.context.waitForEvent('request', (one) => one.url() === urls[0])
    const opened = dashboard.context.waitForEvent('page')
    await page.locator('a', { hasText: 'open the app' }).click()
    expect((await asked).headers()).to.not.have.property('referer')
    const app = await opened
    await app.waitForLoadState()
    expect(await app.evaluate('[document.referrer, opener]')).to.deep.equal(['', null])
    await app.close()
  })

  it('tells another browser nothing, and no page of another name', async () => {
    const { dashboard } = given()
    const other = await dashboard.browser.newContext()
    const { name } = (await dashboard.context.cookies())[0]!
    const stranger = await other.newPage()
    const status = async (url: string) => (await stranger.goto(url))!.status()
    expect(await status(dashboard.origin)).to.equal(401)
    expect(await stranger.locator('body').innerText()).to.contain('not invited')
    await other.addCookies([{ name, value: dashboard.token, url: dashboard.origin }])
    for (const path of ['/', '/page.js', '/api/apps', '/api/stream?app=shop'])
      expect(await status(dashboard.origin + path), path).to.equal(401)
    const elsewhere = dashboard.address.replace('127.0.0.1', 'evil.example')
    expect(await status(elsewhere)).to.equal(403)
    expect(await other.cookies(elsewhere)).to.deep.equal([])
    await other.close()
  })

  it('does nothing for a page of another port, which has the cookie', async () => {
    const { dashboard, page } = given()
    const before = await given().pids()
    const { asked, answered, read } = await otherPage(dashboard)
    expect(asked).to.include.members([
      'fetch GET',
      'fetch POST',
      'eventsource GET',
      'script GET',
      'image GET',
      'ping POST',
      'document GET',
      'document POST',
    ])
    expect(answered.length).to.be.above(0)
    expect(answered.filter((one) => !one.startsWith('403'))).to.deep.equal([])
    expect(read).to.deep.equal([])
    expect(await given().pids()).to.deep.equal(before)
    expect(await page.locator('.notice').count()).to.equal(0)
  })
}
