import { createHash } from 'node:crypto'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { create } from 'tar'
import { writeTree, type Tree } from './build-app.js'

interface Published {
  version: string
  files: Tree
  manifest?: object
  at?: string
  isDamaged?: boolean
}

export interface FakeRegistry {
  url: string
  /** Paths that were asked for. */
  asked: string[]
  publish(name: string, published: Published): Promise<void>
  close(): Promise<void>
}

/**
 * A registry on this machine that speaks of the packages that are published to it
 * (github.com/npm/registry, docs/responses/package-metadata.md). @param dir a folder of the test's
 * own
 */
export async function fakeRegistry(dir: string): Promise<FakeRegistry> {
  const packages = new Map<string, Record<string, { manifest: object; at: string }>>()
  const tarballs = new Map<string, Buffer>()
  const asked: string[] = []
  const server = http.createServer((request, response) => {
    const name = decodeURIComponent((request.url ?? '').slice(1))
    asked.push(name)
    const [versions, tarball] = [packages.get(name), tarballs.get(name)]
    if (tarball) return response.end(tarball)
    if (!versions) return response.writeHead(404).end('{"error":"Not found"}')
    const all = Object.entries(versions)
    response.setHeader('content-type', 'application/json')
    response.end(
      JSON.stringify({
        name,
        'dist-tags': { latest: all.at(-1)![0] },
        versions: Object.fromEntries(all.map(([version, { manifest }]) => [version, manifest])),
        time: Object.fromEntries(all.map(([version, { at }]) => [version, at])),
      }),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return {
    url,
    asked,
    async publish(
      name,
      { version, files, manifest = {}, at = '2026-01-01T00:00:00Z', isDamaged = false },
    ) {
      const folder = path.join(dir, `${name}-${version}`)
      const own = { name, version, ...manifest }
      await writeTree(path.join(folder, 'package'), { 'package.json': own, ...files })
      const file = path.join(folder, 'package.tgz')
      await create({ cwd: folder, file, gzip: true, portable: true }, ['package'])
      const bytes = await readFile(file)
      const integrity = `sha512-${createHash('sha512')
        .update(isDamaged ? 'something else' : bytes)
        .digest('base64')}`
      tarballs.set(`${name}/-/${name}-${version}.tgz`, bytes)
      packages.set(name, {
        ...packages.get(name),
        [version]: {
          manifest: {
            ...own,
            dist: { tarball: `${url}${name}/-/${name}-${version}.tgz`, integrity },
          },
          at,
        },
      })
    },
    close: () =>
      new Promise<void>((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()))
        server.closeAllConnections()
      }),
  }
}
