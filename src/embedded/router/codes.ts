import { pages, type Page } from './pages.js'

interface RouterCode {
  level: 'error' | 'warning' | 'info'
  desc: string
  /** What is logged, whatever the client got. */
  status: number
  /** Whose socket failed. */
  sock?: 'client' | 'backend'
  /** The answer, as long as nothing of another one was sent. */
  page: Page
}

const error = (desc: string, more: Partial<RouterCode> = {}): RouterCode => ({
  level: 'error',
  desc,
  status: 503,
  page: pages.error,
  ...more,
})

/** devcenter.heroku.com/articles/error-codes */
export const ROUTER_CODES = {
  H10: error('App crashed'),
  H11: error('Backlog too deep', { page: pages.backlog }),
  H12: error('Request timeout'),
  H13: error('Connection closed without response'),
  H14: error('No web processes running'),
  H15: error('Idle connection'),
  H17: error('Poorly formed HTTP response'),
  H18: error('Server Request Interrupted', { sock: 'backend' }),
  H19: error('Backend connection timeout'),
  H20: error('App boot timeout'),
  H21: error('Backend connection refused'),
  H25: error('HTTP restriction', { status: 502, page: pages.badGateway }),
  H27: error('Client Request Interrupted', { level: 'warning', status: 499, sock: 'client' }),
  H80: error('Maintenance mode', { level: 'info', page: pages.maintenance }),
  H81: error('Blank app', { level: 'info', page: pages.blank }),
} as const satisfies Record<string, RouterCode>

export type CodeName = keyof typeof ROUTER_CODES
