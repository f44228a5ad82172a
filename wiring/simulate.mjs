// IAM decisions: each line of standard input is a batch, each line of standard output the answers to it.
// {"account", "policies": {id: document}, "requests": [{principal, action, resource, context, identity: [id],
// resourcePolicy: id or null}]} -> [{"result", "ignored"} or {"error"}]. The argument is the folder that has node_modules.
import { createRequire } from 'node:module'
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

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(await decide(JSON.parse(line))) + '\n')
}
