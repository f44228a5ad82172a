// IAM decisions, over a socket: each line is a batch, each line back the answers to it. It ends with its standard input.
// {"account", "policies": {id: document}, "requests": [{principal, action, resource, context, identity: [id],
// resourcePolicy: id or null}]} -> [{"result", "ignored"} or {"error"}]. The arguments are the folder that has
// node_modules, and the path of the socket.
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'

const require = createRequire(`${process.argv[2]}/`)
const { runSimulation } = require('@cloud-copilot/iam-simulate')

async function decide({ account, policies, requests }) {
  const answers = []
  for (const request of requests) {
    const answer = await runSimulation(
      {
        request: {
          principal: request.principal,
          action: request.action,
          resource: { resource: request.resource, accountId: account },
          contextVariables: request.context
        },
        identityPolicies: request.identity.map((id) => ({ name: id, policy: policies[id] })),
        serviceControlPolicies: [],
        resourceControlPolicies: [],
        resourcePolicy: request.resourcePolicy === null ? undefined : policies[request.resourcePolicy]
      },
      { simulationMode: 'Strict' }
    )
    answers.push(
      answer.resultType === 'error'
        ? { error: answer.errors }
        : { result: answer.overallResult, ignored: answer.result?.ignoredContextKeys ?? [] }
    )
  }
  return answers
}

async function serve(socket) {
  for await (const line of createInterface({ input: socket })) {
    socket.write(JSON.stringify(await decide(JSON.parse(line))) + '\n')
  }
}

const server = createServer((socket) => {
  socket.on('error', () => socket.destroy())
  serve(socket)
})
server.listen(process.argv[3], () => process.stdout.write('listening\n'))
process.stdin.on('end', () => process.exit()).resume()
