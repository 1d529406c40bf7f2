import type http from 'node:http'
import type { Dynos, Limits, Logplex, Store } from '../types.js'

export function createRouter(_services: { store: Store; dynos: Dynos; logplex: Logplex; limits: Limits }): { server: http.Server } {
  throw new Error('room local/router')
}
