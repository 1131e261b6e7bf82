package picture

import (
	"bytes"
	"encoding/binary"
	"image"
)

// The orientations of EXIF: how the stored rows and columns are to be shown. 1 is upright.
// https://www.cipa.jp/std/documents/e/DC-008-Translation-2023-E.pdf, tag 0x0112
const (
	asStored      = 1
	flippedAcross = 2 // left and right change places
	halfTurn      = 3
	flippedDown   = 4 // top and bottom change places
	transposed    = 5 // along the diagonal from the top left
	quarterTurn   = 6 // clockwise
	transversed   = 7 // along the diagonal from the top right
	threeQuarters = 8 // clockwise
)

// orientation reads the tag from a JPEG's EXIF block; asStored without one. A library for it (github.com/bep/imagemeta) builds its table of
// all tags when the process starts: 0.75 ms and 200 KB for a tag of a function's rarest work.
func orientation(file []byte) int {
	const (
		marker       = 0xff
		app1         = 0xe1
		startOfScan  = 0xda
		markerLength = 2
	)
	rest := file[min(markerLength, len(file)):] // after the start of the image
	for len(rest) >= 2*markerLength && rest[0] == marker {
		kind := rest[1]
		if kind == marker { // fill byte
			rest = rest[1:]
			continue
		}
		end := markerLength + int(binary.BigEndian.Uint16(rest[markerLength:])) // a segment's length counts itself
		if kind == startOfScan || end < 2*markerLength || end > len(rest) {
			return asStored
		}
		if tiff, ok := bytes.CutPrefix(rest[2*markerLength:end], []byte("Exif\x00\x00")); ok && kind == app1 {
			return orientationTag(tiff)
		}
		rest = rest[end:]
	}
	return asStored
}

// orientationTag reads the tag from the first directory of a TIFF block.
func orientationTag(tiff []byte) int {
	const (
		header, entry = 8, 12
		tag, short    = 0x0112, 3
	)
	if len(tiff) < header {
		return asStored
	}
	var order binary.ByteOrder = binary.BigEndian
	if string(tiff[:2]) == "II" {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return asStored
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < entry {
			return asStored
		}
		if order.Uint16(entries) == tag && order.Uint16(entries[2:]) == short {
			if value := int(order.Uint16(entries[8:])); value >= asStored && value <= threeQuarters {
				return value
			}
			return asStored
		}
		entries = entries[entry:]
	}
	return asStored
}

// upright turns a picture as its orientation says.
func upright(m *image.RGBA, orientation int) *image.RGBA {
	if orientation == asStored {
		return m
	}
	right, bottom := m.Rect.Dx()-1, m.Rect.Dy()-1
	width, height := m.Rect.Dx(), m.Rect.Dy()
	if orientation >= transposed {
		width, height = height, width
	}
	out := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			fromX, fromY := x, y
			switch orientation {
			case flippedAcross:
				fromX = right - x
			case halfTurn:
				fromX, fromY = right-x, bottom-y
			case flippedDown:
				fromY = bottom - y
			case transposed:
				fromX, fromY = y, x
			case quarterTurn:
				fromX, fromY = y, bottom-x
			case transversed:
				fromX, fromY = right-y, bottom-x
			case threeQuarters:
				fromX, fromY = right-y, x
			}
			out.SetRGBA(x, y, m.RGBAAt(fromX, fromY))
		}
	}
	return out
}
