// Package picture makes a small upright picture of an uploaded one, without whatever else the file holds, such as the place where it was
// taken.
//
// What a file says of its size is checked before it is decoded, so that a small file cannot take the process's memory. The same file gives
// the same bytes. It imports fault, the standard library and golang.org/x/image.
package picture

import (
	"bytes"
	"fmt"
	"image"
	_ "image/gif" // image.Decode reads the first frame
	"image/jpeg"
	"image/png"
	"math"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // still pictures

	"github.com/recado-chat/recado/shared/fault"
)

// Bounds of what is decoded, in pixels. A pixel takes 15 bytes while a progressive JPEG is decoded, and 24 of one in CMYK: at most 300 MB.
const (
	MaxSide   = 10_000
	MaxPixels = 12 << 20 // a photograph of 4032 × 3024
)

// Side is the longest side of a small picture, in pixels.
const Side = 512

// quality is that of the browser's own pictures (shared/web/console/src/live/picture.ts).
const quality = 85

// Reasons of the Invalid fault of a picture that is refused.
const (
	Unreadable = "picture_unreadable" // damaged, or no JPEG, PNG, GIF or still WebP
	TooLarge   = "picture_too_large"  // more pixels than MaxSide or MaxPixels
)

// Small decodes a JPEG, PNG, WebP or GIF, of which the first frame counts, and encodes it with a side of at most Side: as a PNG when a
// part of it is transparent, else as a JPEG. The orientation that a JPEG's EXIF block names is applied. What cannot be decoded is Invalid
// with the reason Unreadable or TooLarge.
func Small(file []byte) (content []byte, mime string, err error) {
	config, format, err := image.DecodeConfig(bytes.NewReader(file))
	if err != nil || config.Width < 1 || config.Height < 1 {
		return nil, "", unreadable(err)
	}
	if config.Width > MaxSide || config.Height > MaxSide || config.Width*config.Height > MaxPixels {
		return nil, "", fault.New(fault.Invalid, "the picture has %d × %d pixels", config.Width, config.Height).WithReason(TooLarge)
	}
	whole, err := decode(file)
	if err != nil {
		return nil, "", err
	}
	small := scale(whole)
	if format == "jpeg" {
		small = upright(small, orientation(file))
	}
	var out bytes.Buffer
	if small.Opaque() {
		mime, err = "image/jpeg", jpeg.Encode(&out, small, &jpeg.Options{Quality: quality})
	} else {
		mime, err = "image/png", png.Encode(&out, small)
	}
	if err != nil {
		return nil, "", fmt.Errorf("encode the picture: %w", err)
	}
	return out.Bytes(), mime, nil
}

// decode refuses a file on which a decoder panics, too: another attempt would end the same way.
func decode(file []byte) (m image.Image, err error) {
	defer func() {
		if p := recover(); p != nil {
			m, err = nil, unreadable(fmt.Errorf("the decoder panicked: %v", p))
		}
	}()
	m, _, err = image.Decode(bytes.NewReader(file))
	if err != nil || m.Bounds().Empty() {
		return nil, unreadable(err)
	}
	return m, nil
}

func unreadable(cause error) error {
	return fault.New(fault.Invalid, "the file cannot be decoded as a picture").WithReason(Unreadable).WithCause(cause)
}

// scale makes the longer side at most Side.
func scale(m image.Image) *image.RGBA {
	from := m.Bounds()
	factor := min(1, Side/float64(max(from.Dx(), from.Dy())))
	side := func(n int) int { return max(1, int(math.Round(float64(n)*factor))) }
	small := image.NewRGBA(image.Rect(0, 0, side(from.Dx()), side(from.Dy())))
	draw.CatmullRom.Scale(small, small.Bounds(), m, from, draw.Src, nil)
	return small
}
