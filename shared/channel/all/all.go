// Package all lists the channels: one line for each. Functions ask it for the adapter of a channel or of a webhook's path and
// know no provider by name.
//
// It imports the port and every adapter.
package all

import (
	"net/http"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/channel/webchat"
	"github.com/recado-chat/recado/shared/channel/whatsapp"
	"github.com/recado-chat/recado/shared/chat"
)

// Config says where the providers are.
type Config struct {
	GraphURL     string // https://graph.facebook.com
	GraphVersion string // v26.0
	HTTP         *http.Client
}

// Channels finds adapters.
type Channels struct {
	byType    map[chat.ChannelType]channel.Adapter
	byWebhook map[string]channel.Adapter
}

// New makes the adapter of every channel.
func New(c Config) *Channels {
	channels := &Channels{byType: map[chat.ChannelType]channel.Adapter{}, byWebhook: map[string]channel.Adapter{}}
	channels.add("whatsapp", whatsapp.New(c.GraphURL, c.GraphVersion, c.HTTP))
	channels.add("webchat", webchat.New())
	return channels
}

func (c *Channels) add(webhook string, adapter channel.Adapter) {
	c.byType[adapter.Type()] = adapter
	c.byWebhook[webhook] = adapter
}

// Of finds the adapter of a type of channel.
func (c *Channels) Of(t chat.ChannelType) (channel.Adapter, bool) {
	adapter, ok := c.byType[t]
	return adapter, ok
}

// Webhook finds the adapter by the path segment of its webhook: /webhooks/{segment}.
func (c *Channels) Webhook(segment string) (channel.Adapter, bool) {
	adapter, ok := c.byWebhook[segment]
	return adapter, ok
}

// Capabilities are what a type of channel can do; false when there is no such channel.
func (c *Channels) Capabilities(t chat.ChannelType) (channel.Capabilities, bool) {
	adapter, ok := c.byType[t]
	if !ok {
		return channel.Capabilities{}, false
	}
	return adapter.Capabilities(), true
}
