package whatsapp

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// settings are what the connection of a number reads of the channel's settings.
type settings struct {
	BusinessAccountID string `json:"businessAccountId"`
}

// Connect asks for the number, and for the WhatsApp Business Account if the settings name one, with the token: Graph answers with a node
// only to a token that may see it. The client names both ids, so neither is believed.
// https://developers.facebook.com/docs/whatsapp/business-management-api/manage-phone-numbers
func (a *Adapter) Connect(ctx context.Context, credentials chat.Credentials, asset string, given []byte) (channel.Asset, error) {
	var s settings
	if len(given) > 0 && json.Unmarshal(given, &s) != nil {
		return channel.Asset{}, fault.New(fault.Invalid, "the business account's id is a text").WithField("settings.businessAccountId")
	}
	if err := a.opens(ctx, credentials, asset, "externalId"); err != nil {
		return channel.Asset{}, err
	}
	if s.BusinessAccountID != "" {
		if err := a.opens(ctx, credentials, s.BusinessAccountID, "settings.businessAccountId"); err != nil {
			return channel.Asset{}, err
		}
	}
	return channel.Asset{ExternalID: asset, Settings: given}, nil
}

// opens reads a node by its id. field is the client's field that named it.
func (a *Adapter) opens(ctx context.Context, credentials chat.Credentials, id, field string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, a.url(id)+"?"+url.Values{"fields": {"id"}}.Encode(), nil)
	if err != nil {
		return fmt.Errorf("make the request of %s: %w", field, err)
	}
	answer, err := a.exchange(request, credentials, false)
	if err != nil {
		return notOpened(err, field)
	}
	var node struct {
		ID scalar `json:"id"`
	}
	if err := decode(answer, &node); err != nil {
		return unanswered(false, &channel.ProviderError{Code: codeNoAnswer, Message: "the answer cannot be read"}, err)
	}
	if string(node.ID) != id {
		return fault.New(fault.Invalid, "WhatsApp knows no such id").WithField(field).WithReason("not_opened")
	}
	return nil
}

// notOpened names the field at fault. Graph refuses a token with 190, and an id that does not exist or that the token may not see with 100
// (subcode 33) or a permission's code.
func notOpened(err error, field string) error {
	p := channel.Provider(err)
	if p == nil || !fault.Permanent(err) {
		return err
	}
	if p.Code == fmt.Sprint(codeTokenUnreadable) {
		return fault.New(fault.Invalid, "WhatsApp does not accept this token").WithField("credentials.accessToken").WithReason("refused").WithCause(err)
	}
	return fault.New(fault.Invalid, "this token does not open this id").WithField(field).WithReason("not_opened").WithCause(err)
}
