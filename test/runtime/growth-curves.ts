/**
 * Resident MB of one instance, a second of traffic a step: recorded from Node 20.20 under 10
 * clients that ask without a pause.
 */
export const CURVES: Record<'static90' | 'api' | 'pages' | 'next', readonly number[]> = {
  /** Holds 48 MB from its start and answers a few bytes. */
  static90: [
    89, 89, 98, 97, 98, 99, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 103, 103,
    103, 103, 103, 103, 103, 103, 103, 103, 103, 103, 103, 103, 103, 103, 103, 103, 103, 103, 103,
    103, 103, 103, 103, 103, 103, 103,
  ],
  /** Answers 2,000 rows as JSON: memory goes up and down with the collector. */
  api: [
    52, 58, 67, 78, 87, 94, 101, 104, 113, 98, 102, 113, 101, 104, 106, 104, 111, 104, 108, 108,
    106, 112, 104, 107, 108, 105, 113, 106, 109, 108, 110, 106, 105, 108, 107, 107, 108, 106, 109,
    106, 107, 108, 115, 109, 109, 108,
  ],
  /** Renders pages and keeps 2,000 of them: far up, then down. */
  pages: [
    41, 48, 58, 72, 81, 98, 105, 112, 120, 129, 134, 146, 157, 166, 175, 187, 200, 218, 230, 269,
    300, 322, 336, 348, 361, 372, 383, 395, 404, 416, 423, 431, 440, 447, 440, 325, 258, 259, 259,
    259, 259, 259, 262, 267, 274, 280,
  ],
  /**
   * A Next.js app as it was reported: 85 MB a second after its start, 194 under load; the way
   * between is drawn.
   */
  next: [
    85, 92, 101, 109, 118, 124, 131, 139, 144, 150, 155, 161, 166, 170, 175, 178, 181, 184, 187,
    188, 190, 191, 192, 193, 193, 194,
  ],
}

/** Keeps something of each request. */
export const LEAK: readonly number[] = [
  41, 41, 44, 50, 54, 60, 61, 62, 65, 68, 72, 81, 97, 111, 115, 122, 125, 128, 138, 145, 151, 158,
  161, 165, 168, 178, 182, 192, 198, 208, 219, 225, 233, 238, 243, 246, 249, 253, 256, 269, 276,
  279, 289, 293, 299, 306,
]
