import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { startPlatform, type Platform } from '../../../src/embedded/daemon/daemon.js'
import type { Clock } from '../../../src/embedded/store/types.js'
import { validateAnswer, validateRequest } from '../../support/schema.js'
import { until } from '../../support/until.js'
import { fakeRooms, type FakeControls } from './fake-rooms.js'

interface Answer<T> {
  status: number
  headers: Headers
  body: T
}
interface CallOptions {
  headers?: Record<string, string>
  /** The body takes a liberty that the API allows and its schema does not tell of. */
  isLoose?: boolean
  /** The path is one that the official CLI asks for and the schema does not have. */
  isOutside?: boolean
}

export interface TestPlatform {
  home: string
  platform: Platform
  controls: FakeControls
  /**
   * One API call; what is sent and what is answered are validated against the Platform API's
   * schema.
   */
  call<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    options?: CallOptions,
  ): Promise<Answer<T>>
  /** The URL of a source that waits for its build. */
  uploadedSource(): Promise<string>
  /** An app with a release that has a slug, built from a source given by URL. */
  deployedApp(name: string): Promise<void>
  /** Ends the platform and starts it again over the same folder. */
  restart(): Promise<void>
  end(): Promise<void>
}

export const temporaryFolder = () => mkdtemp(path.join(os.tmpdir(), 'shipit-test-'))

/** @param clock what log sessions expire by, and jobs come due by */
export async function startTestPlatform(clock?: Clock): Promise<TestPlatform> {
  const home = await temporaryFolder()
  const { rooms, controls } = fakeRooms()
  const start = () =>
    startPlatform({ home, ports: { api: 0, router: 0 }, rooms, ...(clock ? { clock } : {}) })

  const test: TestPlatform = {
    home,
    controls,
    platform: await start(),
    async call<T>(
      method: string,
      url: string,
      body?: unknown,
      { headers = {}, isLoose = false, isOutside = false }: CallOptions = {},
    ) {
      const { apiUrl, token } = test.platform.info
      if (body !== undefined && !isLoose) validateRequest(method, url, body)
      const response = await fetch(apiUrl + url, {
        method,
        headers: {
          accept: 'application/vnd.heroku+json; version=3',
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        body: body === undefined ? undefined : JSON.stringify(body),
      })
      const answer = (await response.json()) as T
      expect(response.headers.get('request-id')).to.be.a('string')
      if (response.status >= 400) expect(answer).to.include.all.keys('id', 'message', 'url')
      else if (!isOutside) validateAnswer(method, url, answer)
      return { status: response.status, headers: response.headers, body: answer }
    },
    async uploadedSource() {
      const { body } = await test.call<{ source_blob: { get_url: string; put_url: string } }>(
        'POST',
        '/sources',
      )
      await fetch(body.source_blob.put_url, { method: 'PUT', body: 'a source' })
      return body.source_blob.get_url
    },
    async deployedApp(name) {
      const created = await test.call('POST', '/apps', { name })
      expect(created.status).to.equal(201)
      const source = await test.uploadedSource()
      const { body } = await test.call<{ id: string }>('POST', `/apps/${name}/builds`, {
        source_blob: { url: source, version: '1a2b3c4d5e6f7081' },
      })
      await until(
        'the build to end',
        async () =>
          (await test.call<{ status: string }>('GET', `/apps/${name}/builds/${body.id}`)).body
            .status !== 'pending',
      )
    },
    async restart() {
      await test.platform.close()
      test.platform = await start()
    },
    async end() {
      await test.platform.close()
      await rm(home, { recursive: true, force: true })
    },
  }
  return test
}
