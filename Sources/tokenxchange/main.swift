import CURLOptions
import Foundation
import FoundationNetworking
import TokenExchange

print("hello", curl_options_effective(), Secret("x"), URLSession.self)
