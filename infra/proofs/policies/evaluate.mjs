// Evaluates requests by IAM's rules: identity policies, resource policies, conditions.
//
// Standard input: {"roles": {ARN: [policy, …]}, "policies": {name: policy}, "requests": [request, …]}; a request is
// {"role": ARN, "action": …, "resource": ARN, "account": …, "policy": name or null, "context": {key: value or [value, …]}}.
// Standard output: for each request "Allowed", "ExplicitlyDenied" or "ImplicitlyDenied". A policy, an action, a resource or a
// context key that IAM does not have is an error.
import { readFileSync } from 'node:fs'
import { runSimulation } from '@cloud-copilot/iam-simulate'

const { roles, policies, requests } = JSON.parse(readFileSync(0, 'utf8'))
const results = []
for (const { role, action, resource, account, policy, context } of requests) {
  const said = await runSimulation({
    request: { principal: role, action, resource: { resource, accountId: account }, contextVariables: context },
    identityPolicies: roles[role].map((policy, at) => ({ name: `${at}`, policy })),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    resourcePolicy: policy === null ? undefined : policies[policy],
  }, {})
  const ignored = said.result?.ignoredContextKeys ?? []
  if (said.resultType !== 'single' || ignored.length > 0) {
    console.error(`${role} ${action} ${resource}: ${JSON.stringify(said.errors ?? { ignored, is: said.resultType })}`)
    process.exit(1)
  }
  results.push(said.overallResult)
}
console.log(JSON.stringify(results))
