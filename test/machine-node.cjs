// Apps of the tests run on this machine's Node.js: what brings another one is tested by its own
// tests, which say so.
process.env.SHIPIT_LOCAL_NODE ??= 'machine'
// heroku-client reads the whole folder anew for each request, though the tests' are all to the
// loopback or to nock. Tests of these variables set them.
delete process.env.SSL_CERT_DIR
delete process.env.SSL_CERT_FILE
