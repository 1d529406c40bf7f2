import { writeFileSync } from 'node:fs'

/**
 * A text of parts, and its source map: an index of the parts' own maps, each from the place where
 * its part begins (https://tc39.es/ecma426/#sec-index-source-map). DEBUG=shipit reads it.
 */
export class Mapped {
  #text = ''
  #line = 0
  #column = 0
  #sections = []

  constructor(text) {
    this.add(text)
  }

  /** @param map `json`: of the part, which begins `column` characters into it */
  add(text, map) {
    if (map)
      this.#sections.push({
        offset: { line: this.#line, column: this.#column + map.column },
        map: map.json,
      })
    this.#text += text
    const lines = text.split('\n')
    this.#column = (lines.length === 1 ? this.#column : 0) + lines.at(-1).length
    this.#line += lines.length - 1
    return this
  }

  /** Writes `file` and `file`.map. */
  write(file) {
    writeFileSync(file, this.#text)
    writeFileSync(`${file}.map`, JSON.stringify({ version: 3, sections: this.#sections }))
  }
}
