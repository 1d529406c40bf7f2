/**
 * PM2's name for the app: the package's without its scope, else the folder's, with only letters,
 * digits, - . and _.
 */
export function appNameFrom(packageName: string | undefined, folderName: string): string {
  return clean(packageName?.replace(/^@[^/]*\//, '')) || clean(folderName) || 'app'
}

function clean(name: string | undefined): string {
  return (name ?? '')
    .trim()
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
}
