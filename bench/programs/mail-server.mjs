// A mail server that takes everything and keeps nothing; says its port.
import { SMTPServer } from 'smtp-server'

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  disableReverseLookup: true,
  onData: (stream, _session, done) => stream.on('end', done).resume(),
})
server.on('error', () => {})
server.listen(0, '127.0.0.1', () => process.send?.(server.server.address().port))
