"""The cities of the world that most people fly to or live in, and the airports that airlines fly to there.

The list was written by hand, and not from data that the product uses. The cities are those of the two hundred busiest airports (yearly counts of
Airports Council International), and of the largest agglomerations (World Urbanization Prospects of the United Nations). The codes are IATA
codes. A city with several airports, none of which is clearly meant by its name, has all of them.
"""

from __future__ import annotations

from typing import Final

_ONE: Final = """
Atlanta ATL; Dubai DXB; Denver DEN; Los Angeles LAX; Orlando MCO; Las Vegas LAS; Charlotte CLT; Miami MIA; Phoenix PHX; San Francisco SFO
Seattle SEA; Boston BOS; Fort Lauderdale FLL; Minneapolis MSP; Detroit DTW; Philadelphia PHL; Baltimore BWI; Salt Lake City SLC
San Diego SAN; Tampa TPA; Austin AUS; Nashville BNA; Honolulu HNL; New Orleans MSY; Raleigh RDU; Sacramento SMF; Kansas City MCI
San Antonio SAT; Cleveland CLE; Pittsburgh PIT; Indianapolis IND; Cincinnati CVG; Columbus CMH; Jacksonville JAX; Milwaukee MKE
Memphis MEM; Oakland OAK; St. Louis STL; Portland PDX; Albuquerque ABQ; Anchorage ANC; Omaha OMA; Oklahoma City OKC; Tulsa TUL
Louisville SDF; Richmond RIC; Buffalo BUF; Hartford BDL; Tucson TUS; El Paso ELP; Boise BOI; Reno RNO; Spokane GEG; Norfolk ORF
Savannah SAV; Newark EWR; Toronto YYZ; Vancouver YVR; Montreal YUL; Calgary YYC; Edmonton YEG; Ottawa YOW
Winnipeg YWG; Halifax YHZ; Quebec City YQB; Mexico City MEX; Cancun CUN; Guadalajara GDL; Monterrey MTY; Tijuana TIJ; Puebla PBC
Merida MID; Culiacan CUL; Hermosillo HMO; Ciudad Juarez CJS; Puerto Vallarta PVR; Guatemala City GUA; Tegucigalpa TGU
San Salvador SAL; Managua MGA; Panama City PTY; Havana HAV; Kingston KIN; Montego Bay MBJ; Santo Domingo SDQ; Punta Cana PUJ
Port-au-Prince PAP; San Juan SJU; Nassau NAS; Port of Spain POS; Bridgetown BGI; Bogota BOG; Medellin MDE; Cali CLO; Barranquilla BAQ
Cartagena CTG; Bucaramanga BGA; Pereira PEI; Caracas CCS; Maracaibo MAR; Quito UIO; Guayaquil GYE; Lima LIM; Cusco CUZ; Arequipa AQP
Trujillo TRU; La Paz LPB; Cochabamba CBB; Asuncion ASU; Montevideo MVD; Santiago SCL; Rosario ROS; Mendoza MDZ; Brasilia BSB
Belo Horizonte CNF; Porto Alegre POA; Recife REC; Salvador SSA; Fortaleza FOR; Curitiba CWB; Manaus MAO; Belem BEL; Goiania GYN
Florianopolis FLN; Natal NAT; Maceio MCZ; Joao Pessoa JPA; Cuiaba CGB; Campo Grande CGR; Sao Luis SLZ; Teresina THE
Amsterdam AMS; Frankfurt FRA; Madrid MAD; Barcelona BCN; Munich MUC; Rome FCO; Lisbon LIS; Dublin DUB; Vienna VIE; Zurich ZRH
Copenhagen CPH; Oslo OSL; Stockholm ARN; Helsinki HEL; Brussels BRU; Athens ATH; Manchester MAN; Edinburgh EDI; Glasgow GLA
Bristol BRS; Newcastle upon Tyne NCL; Liverpool LPL; Leeds LBA; Cardiff CWL; Aberdeen ABZ; Cork ORK; Porto OPO; Faro FAO; Malaga AGP
Palma de Mallorca PMI; Alicante ALC; Seville SVQ; Valencia VLC; Bilbao BIO; Ibiza IBZ; Las Palmas LPA; Nice NCE; Lyon LYS; Marseille MRS
Toulouse TLS; Bordeaux BOD; Nantes NTE; Lille LIL; Strasbourg SXB; Geneva GVA; Basel BSL; Luxembourg LUX; Dusseldorf DUS; Cologne CGN
Hamburg HAM; Berlin BER; Stuttgart STR; Hanover HAJ; Nuremberg NUE; Leipzig LEJ; Bremen BRE; Dresden DRS; Dortmund DTM; Salzburg SZG
Graz GRZ; Innsbruck INN; Venice VCE; Naples NAP; Bologna BLQ; Florence FLR; Pisa PSA; Turin TRN; Genoa GOA; Verona VRN; Palermo PMO
Catania CTA; Bari BRI; Cagliari CAG; Warsaw WAW; Krakow KRK; Gdansk GDN; Wroclaw WRO; Poznan POZ; Katowice KTW; Lodz LCJ; Prague PRG
Brno BRQ; Budapest BUD; Bratislava BTS; Bucharest OTP; Cluj-Napoca CLJ; Timisoara TSR; Sofia SOF; Varna VAR; Belgrade BEG; Zagreb ZAG
Split SPU; Dubrovnik DBV; Ljubljana LJU; Sarajevo SJJ; Skopje SKP; Tirana TIA; Pristina PRN; Podgorica TGD; Thessaloniki SKG
Heraklion HER; Rhodes RHO; Corfu CFU; Larnaca LCA; Valletta MLA; Vilnius VNO; Riga RIX; Tallinn TLL; Minsk MSQ; Kyiv KBP; Lviv LWO
Odesa ODS; Kharkiv HRK; Chisinau RMO; Saint Petersburg LED; Yekaterinburg SVX; Novosibirsk OVB; Kazan KZN; Sochi AER; Samara KUF
Ufa UFA; Krasnodar KRR; Rostov-on-Don ROV; Chelyabinsk CEK; Omsk OMS; Perm PEE; Volgograd VOG; Krasnoyarsk KJA; Irkutsk IKT
Vladivostok VVO; Khabarovsk KHV; Bergen BGO; Stavanger SVG; Trondheim TRD; Tromso TOS; Gothenburg GOT; Malmo MMX; Billund BLL
Reykjavik KEF; Ankara ESB; Izmir ADB; Antalya AYT; Adana COV; Diyarbakir DIY; Gaziantep GZT; Trabzon TZX; Kayseri ASR; Tbilisi TBS
Yerevan EVN; Baku GYD; Astana NQZ; Almaty ALA; Tashkent TAS; Samarkand SKD; Bishkek BSZ; Dushanbe DYU; Ashgabat ASB; Doha DOH
Abu Dhabi AUH; Sharjah SHJ; Riyadh RUH; Jeddah JED; Medina MED; Dammam DMM; Kuwait City KWI; Muscat MCT; Amman AMM; Beirut BEY
Damascus DAM; Baghdad BGW; Basra BSR; Erbil EBL; Tel Aviv TLV; Mashhad MHD; Shiraz SYZ; Isfahan IFN; Tabriz TBZ; Kabul KBL; Sanaa SAH
Aden ADE; Delhi DEL; Mumbai BOM; Bangalore BLR; Hyderabad HYD; Chennai MAA; Kolkata CCU; Ahmedabad AMD; Pune PNQ; Kochi COK
Jaipur JAI; Lucknow LKO; Surat STV; Kanpur KNU; Nagpur NAG; Indore IDR; Bhopal BHO; Patna PAT; Vadodara BDQ; Coimbatore CJB
Visakhapatnam VTZ; Guwahati GAU; Bhubaneswar BBI; Thiruvananthapuram TRV; Kozhikode CCJ; Madurai IXM; Varanasi VNS; Chandigarh IXC
Amritsar ATQ; Srinagar SXR; Ranchi IXR; Raipur RPR; Vijayawada VGA; Jodhpur JDH; Karachi KHI; Lahore LHE; Islamabad ISB
Faisalabad LYP; Multan MUX; Peshawar PEW; Quetta UET; Dhaka DAC; Chittagong CGP; Colombo CMB; Kathmandu KTM; Male MLE; Singapore SIN
Kuala Lumpur KUL; Penang PEN; Jakarta CGK; Surabaya SUB; Denpasar DPS; Medan KNO; Makassar UPG; Semarang SRG; Palembang PLM
Manila MNL; Cebu CEB; Davao DVO; Hanoi HAN; Ho Chi Minh City SGN; Da Nang DAD; Hai Phong HPH; Phnom Penh KTI; Siem Reap SAI
Vientiane VTE; Yangon RGN; Mandalay MDL; Phuket HKT; Chiang Mai CNX; Hat Yai HDY; Hong Kong HKG; Macau MFM; Taipei TPE; Kaohsiung KHH
Guangzhou CAN; Shenzhen SZX; Xi'an XIY; Kunming KMG; Chongqing CKG; Hangzhou HGH; Nanjing NKG; Wuhan WUH; Changsha CSX; Zhengzhou CGO
Qingdao TAO; Xiamen XMN; Tianjin TSN; Dalian DLC; Harbin HRB; Shenyang SHE; Changchun CGQ; Jinan TNA; Taiyuan TYN; Nanning NNG
Guiyang KWE; Fuzhou FOC; Hefei HFE; Nanchang KHN; Haikou HAK; Sanya SYX; Urumqi URC; Lanzhou LHW; Yinchuan INC; Hohhot HET
Shijiazhuang SJW; Ningbo NGB; Wenzhou WNZ; Guilin KWL; Xining XNN; Lhasa LXA; Ulaanbaatar UBN; Fukuoka FUK; Nagoya NGO; Sapporo CTS
Naha OKA; Sendai SDJ; Hiroshima HIJ; Kagoshima KOJ; Busan PUS; Jeju CJU; Daegu TAE; Pyongyang FNJ; Sydney SYD; Melbourne MEL
Brisbane BNE; Perth PER; Adelaide ADL; Cairns CNS; Canberra CBR; Hobart HBA; Darwin DRW; Auckland AKL; Wellington WLG; Christchurch CHC
Queenstown ZQN; Nadi NAN; Port Moresby POM; Noumea NOU; Papeete PPT; Cairo CAI; Alexandria HBE; Hurghada HRG; Sharm el-Sheikh SSH
Luxor LXR; Casablanca CMN; Marrakesh RAK; Rabat RBA; Tangier TNG; Agadir AGA; Fez FEZ; Algiers ALG; Oran ORN; Constantine CZL; Tunis TUN
Tripoli MJI; Benghazi BEN; Khartoum KRT; Addis Ababa ADD; Nairobi NBO; Mombasa MBA; Dar es Salaam DAR; Kigali KGL; Entebbe EBB
Kampala EBB; Bujumbura BJM; Mogadishu MGQ; Djibouti JIB; Lagos LOS; Abuja ABV; Kano KAN; Port Harcourt PHC; Accra ACC; Kumasi KMS
Abidjan ABJ; Dakar DSS; Bamako BKO; Ouagadougou OUA; Niamey NIM; Conakry CKY; Freetown FNA; Lome LFW; Cotonou COO; Douala DLA
Yaounde NSI; Libreville LBV; Brazzaville BZV; Pointe-Noire PNR; Kinshasa FIH; Lubumbashi FBM; Lusaka LUN; Harare HRE
Bulawayo BUQ; Maputo MPM; Beira BEW; Lilongwe LLW; Blantyre BLZ; Antananarivo TNR; Johannesburg JNB; Cape Town CPT; Durban DUR
Osaka KIX; Tehran IKA; Sao Paulo GRU; Rio de Janeiro GIG; Windhoek WDH; Gaborone GBE; N'Djamena NDJ; Bangui BGF; Monrovia ROB; Nouakchott NKC
"""

_SEVERAL: Final = """
London LHR LGW STN LTN LCY; New York JFK LGA EWR; Paris CDG ORY; Tokyo HND NRT; Istanbul IST SAW; Shanghai PVG SHA; Beijing PEK PKX
Bangkok BKK DMK; Seoul ICN GMP; Chengdu CTU TFU; Chicago ORD MDW; Dallas DFW DAL; Houston IAH HOU; Washington DCA IAD; Milan MXP LIN
Moscow SVO DME VKO; Buenos Aires EZE AEP; Goa GOI GOX
Luanda LAD NBJ; Belfast BFS BHD; Tenerife TFS TFN
"""

_NAME_OF_SEVERAL_CITIES: Final = """
San Jose SJC SJO; Newcastle NCL NTL; Victoria YYJ SEZ; Hamilton YHM HLZ BDA; Springfield SGF SPI; Rochester ROC RST
Charleston CHS CRW; Leon BJX LEN; Vitoria VIX VIT
"""


def _read(table: str) -> dict[str, tuple[str, ...]]:
    entries = [entry.split() for line in table.strip().splitlines() for entry in line.split(";")]
    read = {}
    for words in entries:
        codes = [word for word in words if len(word) == 3 and word.isupper()]
        read[" ".join(words[: len(words) - len(codes)])] = tuple(codes)
    return read


ONE_AIRPORT: Final = {name: code for name, (code,) in _read(_ONE).items()}
"""Cities whose name means this airport."""
SEVERAL_AIRPORTS: Final = _read(_SEVERAL)
"""Cities of which no airport is clearly meant."""
SEVERAL_CITIES: Final = _read(_NAME_OF_SEVERAL_CITIES)
"""Names of several cities, none of them far larger than the others."""
