import { expect } from 'chai'
import { testKeys } from '../../../src/config/keys/dashboard.js'
import { failureOf } from '../../support/failures.js'
import { faultServer } from '../../support/fault-server.js'
import { errorDocument } from '../../../src/json/error.js'

describe('keys test', () => {
  for (const status of [301, 302, 303, 307, 308]) {
    it(`follows no redirect with the secret (${status})`, async () => {
      const elsewhere = await faultServer([{ json: {} }])
      const dashboard = await faultServer([
        { json: {}, status, headers: { location: `${elsewhere.url}/api/node/verifyPM2` } },
      ])
      const vars = {
        KEYMETRICS_NODE: dashboard.url,
        PM2_PUBLIC_KEY: 'pub1ickey23456a',
        PM2_SECRET_KEY: 's3cretkey78901z',
      }
      const error = await failureOf(testKeys(vars, 'web.1'))
      expect(error.code).to.equal('network')
      expect(JSON.stringify(errorDocument(error))).to.not.include('s3cretkey78901z')
      expect(dashboard.arrived).to.have.length(1)
      expect(elsewhere.arrived).to.deep.equal([])
      await Promise.all([dashboard.close(), elsewhere.close()])
    })
  }
})
