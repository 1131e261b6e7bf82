package wire

import (
	"encoding/json"

	"github.com/recado-chat/recado/shared/chat"
)

// Channel is a connected asset of a provider, for example a phone number or a page. Credentials are never answered.
type Channel struct {
	// ID is the channel's id.
	ID string `json:"id"`
	// Type is the provider's product.
	Type chat.ChannelType `json:"type"`
	// Name is what operators call the channel.
	Name string `json:"name"`
	// StoreID is the store that the channel's conversations belong to.
	StoreID string `json:"storeId"`
	// ExternalID is the provider's id of the asset, unique over all accounts; for the own web chat the site's code.
	ExternalID string `json:"externalId"`
	// DisplayPhone is the phone number as people read it; left out when there is none.
	DisplayPhone string `json:"displayPhone,omitempty"`
	// Health says whether the channel works.
	Health ChannelHealth `json:"health"`
	// Settings are an object whose fields depend on the type of channel.
	Settings json.RawMessage `json:"settings"`
	// Version is the version to send with the next change.
	Version int64 `json:"version"`
}

// ChannelHealth says whether a channel works.
type ChannelHealth struct {
	// State is unverified until the provider confirmed the credentials: such a channel receives and sends nothing. It is waiting until the
	// first message and ok from then on, reauthorise when the credentials are no longer valid, stopped when the provider blocked the
	// account, and silent when it sends and nothing comes in.
	State chat.HealthState `json:"state"`
	// Code is the provider's error code, or for an unverified channel claimed (another channel has the asset) or moved (another channel
	// took it when the provider refused this one's credentials), and for a silent one unreported (the provider did not report on messages)
	// or diverted (it calls another address than ours); left out when there is none.
	Code string `json:"code,omitempty"`
	// Message is the provider's error text; left out when there is none.
	Message string `json:"message,omitempty"`
	// At is when the state began or was noticed; left out when it never changed.
	At *Time `json:"at,omitempty"`
	// Since is when the channel stopped working, for a silent one the time after which nothing came in; left out while it works.
	Since *Time `json:"since,omitempty"`
}

// NewChannel connects a channel.
type NewChannel struct {
	// Type is a type that the capabilities list.
	Type chat.ChannelType `json:"type"`
	// Name is what operators call the channel.
	Name string `json:"name" jsonschema:"minLength=1,maxLength=120"`
	// StoreID defaults to the account's first store.
	StoreID *string `json:"storeId,omitempty"`
	// ExternalID is the provider's id of the asset, which the credentials must open. An asset of another verified channel answers conflict
	// with reason claimed. Left out where the provider tells it.
	ExternalID string `json:"externalId,omitempty" jsonschema:"maxLength=128"`
	// DisplayPhone is the phone number as people read it.
	DisplayPhone *string `json:"displayPhone,omitempty" jsonschema:"maxLength=120"`
	// Settings are an object of at most 8 KB whose fields depend on the type of channel.
	Settings map[string]json.RawMessage `json:"settings,omitempty"`
	// Credentials are needed for every channel of a provider, and refused for the own web chat.
	Credentials *ChannelCredentials `json:"credentials,omitempty"`
}

// ChannelChange changes or reconnects a channel; fields that are left out stay as they are.
type ChannelChange struct {
	// Name is what operators call the channel.
	Name *string `json:"name,omitempty" jsonschema:"minLength=1,maxLength=120"`
	// StoreID is a store that the caller sees.
	StoreID *string `json:"storeId,omitempty"`
	// DisplayPhone is the phone number as people read it.
	DisplayPhone *string `json:"displayPhone,omitempty" jsonschema:"maxLength=120"`
	// Settings replace the channel's settings: an object of at most 8 KB.
	Settings map[string]json.RawMessage `json:"settings,omitempty"`
	// ExternalID corrects the provider's id of the asset, as long as the channel has no messages. It needs credentials.
	ExternalID *string `json:"externalId,omitempty" jsonschema:"maxLength=128"`
	// Credentials replace the channel's, once the provider confirmed that they open the asset.
	Credentials *ChannelCredentials `json:"credentials,omitempty"`
	// Version is the version that was read; another one answers conflict with reason version_changed.
	Version int64 `json:"version"`
}

// ChannelCredentials let the service call the provider for the channel. They are stored encrypted.
type ChannelCredentials struct {
	// AccessToken is the provider's access token: at most 4096 visible ASCII characters.
	AccessToken string `json:"accessToken"`
}

// Capabilities are what a type of channel can do. Lengths of texts are in characters.
type Capabilities struct {
	// ChannelType is the type of channel that the capabilities are of.
	ChannelType chat.ChannelType `json:"channelType"`
	// MaxText is the length of a text message.
	MaxText int `json:"maxText"`
	// MaxCaption is the length of the text that goes with a file.
	MaxCaption int `json:"maxCaption"`
	// WindowSeconds is how long after the contact's last message free messages may be sent; 0 = always.
	WindowSeconds int64 `json:"windowSeconds"`
	// ReplyTo says whether a message may quote another one.
	ReplyTo bool `json:"replyTo"`
	// Attachments are the files that may be sent; empty when none may.
	Attachments []AttachmentLimit `json:"attachments"`
	// Types are the types of messages that may be sent.
	Types []chat.MessageType `json:"types"`
	// Templates says whether the channel has templates.
	Templates bool `json:"templates"`
	// Interactive is null for a channel without buttons and lists.
	Interactive *InteractiveLimit `json:"interactive"`
	// MaxCards is the number of contact cards in a message; 0 = none can be sent.
	MaxCards int `json:"maxCards"`
	// ReadReceipts says whether the contact is shown that messages were read.
	ReadReceipts bool `json:"readReceipts"`
	// Typing says whether the contact is shown that an operator types.
	Typing bool `json:"typing"`
}

// InteractiveLimit bounds buttons and lists. Lengths are in characters.
type InteractiveLimit struct {
	// MaxBody is the length of the text.
	MaxBody int `json:"maxBody"`
	// MaxFooter is the length of the footer.
	MaxFooter int `json:"maxFooter"`
	// MaxButtons is the number of buttons.
	MaxButtons int `json:"maxButtons"`
	// MaxButtonTitle is the length of a button's title.
	MaxButtonTitle int `json:"maxButtonTitle"`
	// MaxListButton is the length of the title of the button that opens a list.
	MaxListButton int `json:"maxListButton"`
	// MaxSections is the number of sections of a list.
	MaxSections int `json:"maxSections"`
	// MaxRows is the number of rows over all sections of a list.
	MaxRows int `json:"maxRows"`
	// MaxRowTitle is the length of a row's title.
	MaxRowTitle int `json:"maxRowTitle"`
	// MaxRowDescription is the length of a row's description.
	MaxRowDescription int `json:"maxRowDescription"`
}

// AttachmentLimit bounds one type of file.
type AttachmentLimit struct {
	// Type is the type of message that carries the file.
	Type FileType `json:"type" widget:"strict"`
	// Mimes are the media types that may be sent as this type.
	Mimes []string `json:"mimes" widget:"-"`
	// Accept is the same with every spelling that browsers have for these types and the extensions of their file names, such as .pdf: a
	// file whose type or name is in it may be announced.
	Accept []string `json:"accept" widget:"strict"`
	// MaxSize is in bytes.
	MaxSize int64 `json:"maxSize" widget:"strict"`
	// Caption says whether the file may carry text.
	Caption bool `json:"caption" widget:"-"`
}

// FileType is a type of message that carries a file.
type FileType string

// The types of files.
const (
	FileImage    = FileType(chat.TypeImage)
	FileAudio    = FileType(chat.TypeAudio)
	FileVideo    = FileType(chat.TypeVideo)
	FileDocument = FileType(chat.TypeDocument)
	FileSticker  = FileType(chat.TypeSticker)
)
