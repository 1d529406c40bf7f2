/**
 * Files as one gzipped tar: links stay links, executables stay executable, nobody's user id is in
 * it. @returns its bytes
 */
export async function packSource(dir: string, files: readonly string[]): Promise<Buffer> {
  const { create } = await import('tar')
  const chunks: Buffer[] = []
  // To tar a name that begins with @ is an archive to take in.
  const pack = create(
    { cwd: dir, gzip: true, portable: true, noDirRecurse: true, strict: true },
    files.map((name) => (name.startsWith('@') ? `./${name}` : name)),
  )
  // The listener for errors stays: what comes after the first one would end the process otherwise.
  await new Promise<void>((resolve, reject) => {
    pack.on('error', reject).on('end', resolve)
    pack.on('data', (chunk) => chunks.push(chunk))
  })
  return Buffer.concat(chunks)
}
