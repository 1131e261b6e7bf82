package all

import (
	"fmt"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
)

// Settings are the values of all providers' settings by environment variable: a boot.Group of a function that calls providers.
type Settings map[string]string

// Keys are the environment variables.
func (Settings) Keys() []string {
	var keys []string
	for _, definition := range Definitions() {
		for _, setting := range definition.Settings {
			keys = append(keys, setting.Env)
		}
	}
	return keys
}

// Set takes their values.
func (s *Settings) Set(values map[string]string) { *s = values }

// Secrets are the parameters of all providers' secrets by environment variable: a boot.Group of the function that verifies webhooks.
type Secrets map[string]string

// Keys are the environment variables with the parameters' names.
func (Secrets) Keys() []string { return secretKeys(func(channel.Secret) bool { return true }) }

// Set takes their values.
func (s *Secrets) Set(values map[string]string) { *s = values }

// HookSecrets are those of them that providers are told: a boot.Group of the function that registers webhooks.
type HookSecrets map[string]string

// Keys are the environment variables with the parameters' names.
func (HookSecrets) Keys() []string {
	return secretKeys(func(s channel.Secret) bool { return s.Generated })
}

// Set takes their values.
func (s *HookSecrets) Set(values map[string]string) { *s = values }

func secretKeys(wanted func(channel.Secret) bool) []string {
	var keys []string
	for _, definition := range Definitions() {
		for _, secret := range definition.Secrets {
			if wanted(secret) {
				keys = append(keys, secret.Env)
			}
		}
	}
	return keys
}

// SecretsOf reads the secrets of one channel type: parameters are the full names by environment variable, and list reads one.
func SecretsOf(t chat.ChannelType, parameters map[string]string, list func(parameter string) ([]string, error)) channel.Secrets {
	return func(name string) ([]string, error) {
		for _, definition := range Definitions() {
			for _, secret := range definition.Secrets {
				if definition.Type == t && secret.Name == name {
					return list(parameters[secret.Env])
				}
			}
		}
		return nil, fmt.Errorf("%s names no secret %q", t, name)
	}
}
