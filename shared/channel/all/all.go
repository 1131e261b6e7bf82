// Package all lists the channels: one line for each. Functions ask it for the adapter of a channel or of a webhook's path, and the
// deployment for the settings and secrets of the providers; both know no provider by name.
//
// It imports the port and every adapter.
package all

import (
	"slices"
	"time"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/channel/telegram"
	"github.com/recado-chat/recado/shared/channel/webchat"
	"github.com/recado-chat/recado/shared/channel/whatsapp"
	"github.com/recado-chat/recado/shared/chat"
)

// Definitions are those of all channel types.
func Definitions() []channel.Definition {
	return []channel.Definition{
		whatsapp.Definition(),
		telegram.Definition(),
		webchat.Definition(),
	}
}

// Channels finds adapters.
type Channels struct {
	types    []chat.ChannelType
	adapters map[chat.ChannelType]channel.Adapter
}

// New makes the adapter of every channel.
func New(environment channel.Environment) *Channels {
	channels := &Channels{adapters: map[chat.ChannelType]channel.Adapter{}}
	for _, p := range Definitions() {
		channels.types = append(channels.types, p.Type)
		channels.adapters[p.Type] = p.New(environment)
	}
	return channels
}

// Offline makes the adapters for functions that call no provider: they parse, verify and ask for capabilities.
func Offline() *Channels { return New(channel.Environment{}) }

// Types are the channel types, in the order of Definitions.
func (c *Channels) Types() []chat.ChannelType { return slices.Clone(c.types) }

// Of finds the adapter of a channel type.
func (c *Channels) Of(t chat.ChannelType) (channel.Adapter, bool) {
	adapter, ok := c.adapters[t]
	return adapter, ok
}

// Capabilities are what a channel type can do; false when there is no such type.
func (c *Channels) Capabilities(t chat.ChannelType) (channel.Capabilities, bool) {
	adapter, ok := c.adapters[t]
	if !ok {
		return channel.Capabilities{}, false
	}
	return adapter.Capabilities(), true
}

// Window is how long after a contact's message a channel type takes free replies; 0 = always.
func (c *Channels) Window(t chat.ChannelType) time.Duration {
	able, _ := c.Capabilities(t)
	return able.Window
}
