/**
 * What `--sort` knows. A file of its own: a flag is read by every command line, what it sorts only
 * by `ps`.
 */
export const SORT_FIELDS = [
  'id',
  'dyno',
  'status',
  'pid',
  'restarts',
  'uptime',
  'cpu',
  'memory',
  'loop',
  'requests',
  'version',
] as const

export interface Sort {
  field: (typeof SORT_FIELDS)[number]
  isDescending: boolean
}
