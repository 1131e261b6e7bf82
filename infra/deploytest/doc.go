// Package deploytest proves the deployment: its test runs the real `cdk bootstrap` and `cdk deploy` of State and Service onto an AWS
// emulator, as an upgrade of what the parent commit deploys, and drives the main job through the deployed APIs.
//
// It proves wiring, not speed: the emulator runs each function as a process and enforces no permission (that the grants are what
// the functions use is shown by infra/local/stories). What it lacks is worked around here and never in the stacks.
package deploytest
