package signin

import (
	"context"
	"net/http"
	"time"

	"github.com/recado-chat/recado/functions/admin/enroll"
	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/httpapi/rest"
)

const (
	deviceLasts   = 180 * 24 * time.Hour // since the last sign-in
	devicePurpose = "device"
	devicePath    = "/api/v1/auth"
	devicePrefix  = "recado_device_"
)

// device is what a browser keeps that signed in as somebody, signed. It opens nothing: whoever has it may try passwords of this one person
// FailuresPerDevice times in a window, whatever others do.
type device struct {
	Person  string    `json:"p"` // the hash of the address
	ID      string    `json:"i"`
	Expires time.Time `json:"e"`
}

// cookieOf is the name of the cookie of a person's device: one browser may be several people's.
func cookieOf(person string) string { return devicePrefix + person[:16] }

// deviceOf returns the device with which a request proves that its browser signed in as a person before; its ID is "" for an unknown one.
func (h *Handler) deviceOf(ctx context.Context, c *rest.Call, person string) (device, error) {
	text := auth.CookieValue(c.Cookies, cookieOf(person))
	if text == "" {
		return device{}, nil
	}
	keys, err := h.SigningKeys(ctx)
	if err != nil {
		return device{}, err
	}
	var d device
	if auth.Verify(keys, devicePurpose, text, &d) != nil || d.Person != person || !h.Wall().Before(d.Expires) {
		return device{}, nil
	}
	return d, nil
}

// deviceCookie is the Set-Cookie line that makes the browser of a request a known one of a person.
func (h *Handler) deviceCookie(ctx context.Context, c *rest.Call, address string) (string, error) {
	person := auth.Hash(address)
	d, err := h.deviceOf(ctx, c, person)
	if err != nil {
		return "", err
	}
	keys, err := h.SigningKeys(ctx)
	if err != nil {
		return "", err
	}
	if d.ID == "" {
		d = device{Person: person, ID: auth.NewToken()}
	}
	d.Expires = h.Wall().Add(deviceLasts)
	text, err := auth.Sign(keys, devicePurpose, d)
	if err != nil {
		return "", err
	}
	return (&http.Cookie{
		Name: cookieOf(person), Value: text, Path: devicePath, Expires: d.Expires,
		HttpOnly: true, Secure: h.Secure(), SameSite: http.SameSiteStrictMode,
	}).String(), nil
}

// signInLimits are the limits of an attempt to sign in as a person.
func (h *Handler) signInLimits(ctx context.Context, c *rest.Call, address string) ([]enroll.Limit, error) {
	person, place := auth.Hash(address), httpapi.Place(c.IP)
	d, err := h.deviceOf(ctx, c, person)
	if err != nil {
		return nil, err
	}
	if d.ID != "" {
		return []enroll.Limit{{Key: "sign-in device " + d.ID, Most: FailuresPerDevice, Window: attemptsWindow}}, nil
	}
	return []enroll.Limit{
		{Key: "sign-in ip " + place, Most: FailuresPerIP, Window: attemptsWindow},
		{Key: "sign-in place " + person + " " + place, Most: FailuresPerPlace, Window: attemptsWindow},
		{Key: "sign-in person " + person, Most: FailuresPerPerson, Window: attemptsWindow},
	}, nil
}
