# In the clear, with the password that everybody knows.
import pika

parameters = pika.URLParameters("amqp://guest:guest@rabbit.internal.example.com:5672")  # finding: open-broker
