// Apps of the tests run on this machine's Node.js: what brings another one is tested by its own
// tests, which say so.
process.env.SHIPIT_LOCAL_NODE ??= 'machine'
// heroku-client reads the whole folder anew for each request, though the tests' are all to the
// loopback or to nock. Tests of these variables set them.
delete process.env.SSL_CERT_DIR
delete process.env.SSL_CERT_FILE
// A machine behind a proxy names its certificates for every Node.js, which reads them all as it
// starts: a twentieth of a second, for each of some thousand processes, of which npm's alone ask
// somebody outside.
if (process.env.NODE_EXTRA_CA_CERTS) {
  process.env.npm_config_cafile ??= process.env.NODE_EXTRA_CA_CERTS
  delete process.env.NODE_EXTRA_CA_CERTS
}
