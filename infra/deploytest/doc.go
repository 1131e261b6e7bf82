// Package deploytest tests the deployment: it runs the real `cdk bootstrap` and `cdk deploy` of State and Service onto an AWS
// emulator, as an upgrade of what the parent commit deploys, and drives the main job through the deployed APIs.
//
// It tests the wiring, not the speed: the emulator runs each function as a process and enforces no permission (that the grants are what
// the functions use is shown by infra/local/acceptance). What it lacks is worked around here and never in the stacks.
package deploytest
