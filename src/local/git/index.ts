import type http from 'node:http'
import type { Builder, Folders, Store } from '../types.js'

export function createGitHandler(_services: { store: Store; builder: Builder; folders: Folders; token: string }): (request: http.IncomingMessage, response: http.ServerResponse) => void {
  throw new Error('room local/git')
}
