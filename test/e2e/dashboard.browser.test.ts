/**
 * The built dashboard in Chromium over two apps of three dynos with two instances each, under a
 * light load: what it shows against `ps --json` and the router's lines, what it does against the
 * processes. One world and one browser for all; each case leaves them as it found them.
 */
import { needChromium } from '../dashboard/page/browser.js'
import { accessCases } from './browser-dashboard/access.cases.js'
import { chartCases } from './browser-dashboard/charts.cases.js'
import { controlCases } from './browser-dashboard/control.cases.js'
import { Given } from './browser-dashboard/given.js'
import { viewCases } from './browser-dashboard/views.cases.js'

describe('the dashboard in Chromium, over two apps under load', function () {
  this.timeout(240_000)
  let made: Given | undefined
  const given = () => made!

  before(async () => {
    // Before the minute that the rest takes.
    needChromium()
    made = await Given.make()
  })
  after(() => made?.close())

  accessCases(given)
  chartCases(given)
  viewCases(given)
  controlCases(given)
})
