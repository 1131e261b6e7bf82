package notify

import "github.com/recado-chat/recado/shared/chat"

// The texts of the mails to the owners of an account about a channel that stopped working.
var (
	reauthoriseTexts = map[chat.Language]mailText{
		chat.Spanish:    ofChannel(chat.Spanish, "{channel} dejó de funcionar en Recado", "El canal {channel} no puede enviar mensajes desde el {since}: su token de acceso ya no es válido. Las respuestas de tu equipo quedan en espera y saldrán cuando vuelvas a conectarlo.", "Reconectar el canal"),
		chat.Portuguese: ofChannel(chat.Portuguese, "{channel} parou de funcionar no Recado", "O canal {channel} não consegue enviar mensagens desde {since}: o token de acesso não é mais válido. As respostas da sua equipe ficam em espera e serão enviadas quando você o reconectar.", "Reconectar o canal"),
		chat.English:    ofChannel(chat.English, "{channel} stopped working in Recado", "The channel {channel} has not been able to send messages since {since}: its access token is no longer valid. Your team's replies are held, and go out as soon as you reconnect it.", "Reconnect the channel"),
	}
	stoppedTexts = map[chat.Language]mailText{
		chat.Spanish:    ofChannel(chat.Spanish, "{channel} dejó de funcionar en Recado", "El proveedor detuvo la cuenta del canal {channel}, que no envía mensajes desde el {since}. Las respuestas de tu equipo quedan en espera. Mira en la cuenta del proveedor qué te pide y, cuando esté resuelto, comprueba el canal en Recado.", "Ver el canal"),
		chat.Portuguese: ofChannel(chat.Portuguese, "{channel} parou de funcionar no Recado", "O provedor suspendeu a conta do canal {channel}, que não envia mensagens desde {since}. As respostas da sua equipe ficam em espera. Veja na conta do provedor o que ele pede e, quando estiver resolvido, verifique o canal no Recado.", "Ver o canal"),
		chat.English:    ofChannel(chat.English, "{channel} stopped working in Recado", "The provider stopped the account of the channel {channel}, which has not sent messages since {since}. Your team's replies are held. See in the provider's account what it asks for, and check the channel in Recado once that is done.", "See the channel"),
	}
	silentTexts = map[chat.Language]mailText{
		chat.Spanish:    ofChannel(chat.Spanish, "No llega nada por {channel}", "Desde el {since} no llega nada por el canal {channel}: ni mensajes ni confirmaciones de entrega. Lo que te escriben puede no verse en Recado. Revisa en la cuenta del proveedor la dirección del webhook y escribe al canal desde otro teléfono: cuando llegue algo, el aviso desaparece.", "Ver el canal"),
		chat.Portuguese: ofChannel(chat.Portuguese, "Nada chega por {channel}", "Desde {since} nada chega pelo canal {channel}: nem mensagens nem confirmações de entrega. O que escrevem para você pode não aparecer no Recado. Confira na conta do provedor o endereço do webhook e escreva para o canal de outro telefone: quando algo chegar, o aviso some.", "Ver o canal"),
		chat.English:    ofChannel(chat.English, "Nothing comes in on {channel}", "Nothing has come in on the channel {channel} since {since}: no messages and no delivery reports. What your customers write may not show in Recado. Check the webhook's address in the provider's account, and write to the channel from another phone: the warning ends as soon as something comes in.", "See the channel"),
	}
	divertedTexts = map[chat.Language]mailText{
		chat.Spanish:    ofChannel(chat.Spanish, "No llega nada por {channel}", "Desde el {since} no llega nada por el canal {channel}: el proveedor entrega sus mensajes en otra dirección, quizá porque otro programa usa el mismo token. Abre el canal y comprueba de nuevo para recibirlos en Recado.", "Ver el canal"),
		chat.Portuguese: ofChannel(chat.Portuguese, "Nada chega por {channel}", "Desde {since} nada chega pelo canal {channel}: o provedor entrega as mensagens em outro endereço, talvez porque outro programa usa o mesmo token. Abra o canal e verifique novamente para recebê-las no Recado.", "Ver o canal"),
		chat.English:    ofChannel(chat.English, "Nothing comes in on {channel}", "Nothing has come in on the channel {channel} since {since}: the provider delivers its messages to another address, perhaps because another program uses the same token. Open the channel and check again to receive them in Recado.", "See the channel"),
	}
)

// ofChannel adds what the mails about channels share.
func ofChannel(language chat.Language, subject, intro, button string) mailText {
	text := map[chat.Language]mailText{
		chat.Spanish: {
			Greeting: "Hola, %s:", Hello: "Hola:", Answered: "Respuesta del proveedor: «{answer}».",
			Note:     "Recibes este correo porque la cuenta de Recado es tuya. Avisamos una sola vez por cada falla.",
			Fallback: "Si el botón no funciona, copia esta dirección en tu navegador:",
		},
		chat.Portuguese: {
			Greeting: "Olá, %s,", Hello: "Olá,", Answered: "Resposta do provedor: “{answer}”.",
			Note:     "Você recebe este e-mail porque a conta do Recado é sua. Avisamos uma única vez a cada falha.",
			Fallback: "Se o botão não funcionar, copie este endereço no seu navegador:",
		},
		chat.English: {
			Greeting: "Hello %s,", Hello: "Hello,", Answered: "The provider's answer: “{answer}”.",
			Note:     "You get this mail because you own the Recado account. We write once for each failure.",
			Fallback: "If the button does not work, copy this address into your browser:",
		},
	}[language]
	text.Subject, text.Intro, text.Button = subject, intro, button
	return text
}
